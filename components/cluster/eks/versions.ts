/**
 * Kubernetes version of EKS, in standard support until 27 March 2027.
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
export const KUBERNETES_VERSION = "1.35";

/**
 * Builds of the managed add-ons for that version. AWS withdraws old builds after a while: `aws eks
 * describe-addon-versions --kubernetes-version 1.35 --addon-name NAME` lists what it still offers.
 */
export const ADDON_VERSIONS = {
  "vpc-cni": "v1.21.1-eksbuild.7",
  "kube-proxy": "v1.35.3-eksbuild.2",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
  coredns: "v1.14.2-eksbuild.4",
  "aws-ebs-csi-driver": "v1.60.0-eksbuild.1",
  "aws-efs-csi-driver": "v2.1.15-eksbuild.1",
  "metrics-server": "v0.8.1-eksbuild.2",
} as const satisfies Record<string, string>;

export type Addon = keyof typeof ADDON_VERSIONS;
