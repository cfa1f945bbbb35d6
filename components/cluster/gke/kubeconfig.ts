/** How the deployer reaches the cluster's API. */
export interface ClusterLogin {
  /** Address or name. */
  readonly endpoint: string;
  /** Who signed the certificate. @default one everybody knows: that of the name Google gives the endpoint */
  readonly certificateAuthority?: string;
  /** Service account the deployer acts as. @default its own credentials */
  readonly impersonateServiceAccount?: string;
}

/** A kubeconfig that fetches a short-lived token for each use: nothing in it is secret. */
export function kubeconfig(login: ClusterLogin): string {
  const { certificateAuthority, impersonateServiceAccount } = login;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "gke",
        cluster: {
          server: `https://${login.endpoint}`,
          ...(certificateAuthority === undefined ? {} : { "certificate-authority-data": certificateAuthority }),
        },
      },
    ],
    contexts: [{ name: "gke", context: { cluster: "gke", user: "deployer" } }],
    "current-context": "gke",
    users: [
      {
        name: "deployer",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "gke-gcloud-auth-plugin",
            // The plugin's own way to act as another account is the Google Cloud CLI, which reads it from here.
            args: impersonateServiceAccount === undefined ? ["--use_application_default_credentials"] : [],
            env:
              impersonateServiceAccount === undefined
                ? []
                : [{ name: "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", value: impersonateServiceAccount }],
            installHint: "Install gke-gcloud-auth-plugin from the Google Cloud CLI",
            provideClusterInfo: true,
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}
