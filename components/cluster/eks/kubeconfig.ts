/** How the deployer reaches the cluster's API. */
export interface ClusterLogin {
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthority: string;
  readonly region: string;
  /** AWS profile of the deployer. @default the one the environment selects */
  readonly profile?: string;
  /** Role the deployer takes on. @default none */
  readonly roleArn?: string;
}

/** A kubeconfig that fetches a short-lived token for each use: nothing in it is secret. */
export function kubeconfig(login: ClusterLogin): string {
  const args = ["eks", "get-token", "--cluster-name", login.name, "--region", login.region, "--output", "json"];
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "eks", cluster: { server: login.endpoint, "certificate-authority-data": login.certificateAuthority } },
    ],
    contexts: [{ name: "eks", context: { cluster: "eks", user: "deployer" } }],
    "current-context": "eks",
    users: [
      {
        name: "deployer",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "aws",
            args: login.roleArn === undefined ? args : [...args, "--role-arn", login.roleArn],
            env: login.profile === undefined ? [] : [{ name: "AWS_PROFILE", value: login.profile }],
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}
