import { one, type RuleCase } from "../cases";
import { autoscaler, DIGEST, deployment, namespace } from "../fixtures";
import { DELETE, type Mutation, type TestResource } from "../harness";
import { allows, type Further, leaves, refuses } from "./build";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const release = one(RELEASE, { chart: "app", version: "1.2.3" });
const member = one("gcp:projects/iAMMember:IAMMember", { role: "roles/logging.logWriter", member: "user:a@b.c" });

/** Changes after which a rule says that it does not apply. */
const skips = (base: readonly TestResource[], ...changes: readonly Mutation[]): RuleCase => ({
  base,
  fails: [],
  skips: changes,
  unknown: [],
});

/** One resource that names another by the given property, as a value. */
const naming = (
  [type, props]: readonly [string, object],
  [other, property, value]: readonly [string, string, string],
): RuleCase =>
  leaves([{ type: other, name: "by", props: { [property]: value } }], { type, name: "named", props: { ...props } });

const denies = JSON.stringify({
  Statement: [
    {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: "*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
});
const bucket: TestResource = { type: "aws:s3/bucket:Bucket", name: "shop", props: { bucket: "shop", id: "shop-id" } };
const bucketPolicy = (name: string, policy: string): TestResource => ({
  type: "aws:s3/bucketPolicy:BucketPolicy",
  name,
  props: { bucket: "shop", policy },
});
const proxied = (identity: string): RuleCase => ({
  base: [
    { type: "gcp:compute/targetHttpProxy:TargetHttpProxy", name: "proxy", props: { urlMap: "the-map" } },
    {
      type: "gcp:compute/uRLMap:URLMap",
      name: "map",
      props: { [identity]: "the-map", defaultUrlRedirect: { httpsRedirect: true } },
    },
  ],
  fails: [],
  unknown: [],
});

/** Cases at the edge of what a rule is about: what it leaves to others, and every way to name a resource. */
export const edges: Further = {
  "manifest-yaml-readable": [
    skips(one("kubernetes:yaml/v2:ConfigGroup", { yaml: "kind: ConfigMap" }), { at: "yaml", to: DELETE }),
  ],
  "manifest-files-at-hand": [
    skips(one("kubernetes:yaml/v2:ConfigGroup", { files: ["package.json"] }), { at: "files", to: DELETE }),
  ],
  "helm-chart-pinned": [
    skips(release, { at: "chart", to: "./charts/app" }, { at: "chart", to: "/charts/app" }),
    { base: one(RELEASE, { chart: `oci://ghcr.io/acme/app@${DIGEST}` }), fails: [], unknown: [] },
  ],
  "pod-allowed-volume-types": [
    allows([deployment], "spec.template.spec.volumes", [[{ name: "node", hostPath: { path: "/var/lib" } }]]),
  ],
  "image-trusted-registry": [
    allows([deployment], "spec.template.spec.containers.0.image", ["localhost/app:1"], { registries: ["localhost"] }),
    refuses(
      [deployment],
      "spec.template.spec.containers.0.image",
      [["ghcr:io/app:1", 'container "app": image "ghcr:io/app:1" is not from a trusted registry']],
      { registries: ["ghcr.io"] },
    ),
  ],
  "namespace-resource-quota": [
    {
      base: [{ ...namespace, props: { metadata: { name: "kube-system" } } }],
      fails: [],
      skips: [{ at: "metadata.name", to: DELETE }],
      unknown: [],
    },
  ],
  "autoscaled-workload-without-replicas": [
    skips([autoscaler], { at: "spec.scaleTargetRef.name", to: DELETE }),
    leaves([autoscaler], { ...deployment, props: { metadata: { name: "alone" }, spec: { replicas: 2 } } }),
  ],
  "one-autoscaler-per-workload": [skips([autoscaler], { at: "spec.scaleTargetRef.name", to: DELETE })],
  "gcp-http-proxy-redirects": ["id", "selfLink", "name"].map(proxied),
  "s3-bucket-has-public-access-block": ["shop", "shop-id"].map((name) =>
    naming([bucket.type, bucket.props], ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", name]),
  ),
  "s3-bucket-tls-only": [
    { base: [bucket, bucketPolicy("other", "{}"), bucketPolicy("tls", denies)], fails: [], unknown: [] },
  ],
  "resource-policy-not-public": [
    skips(one("aws:kms/key:Key", { policy: JSON.stringify({ Statement: [] }) }), { at: "policy", to: DELETE }),
  ],
  "gcp-iam-not-public": [leaves(member, { type: "gcp:compute/instance:Instance", props: { member: "allUsers" } })],
  "gcp-iam-no-basic-roles": [
    leaves(
      member,
      { type: "gcp:projects/service:Service", props: { role: "roles/owner" } },
      { type: "gcp:storage/bucketIAMMember:BucketIAMMember", props: { role: "roles/viewer" } },
    ),
  ],
  "ecr-lifecycle": ["shop", "shop-id"].map((name) =>
    naming(
      ["aws:ecr/repository:Repository", { name: "shop", id: "shop-id" }],
      ["aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", name],
    ),
  ),
  "secret-rotation": [
    ...["secret-id", "arn:aws:secretsmanager:eu-west-1:1:secret:a"].map((name) =>
      naming(
        ["aws:secretsmanager/secret:Secret", { id: "secret-id", arn: "arn:aws:secretsmanager:eu-west-1:1:secret:a" }],
        ["aws:secretsmanager/secretRotation:SecretRotation", "secretId", name],
      ),
    ),
    refuses(
      one("aws:secretsmanager/secret:Secret", { tags: { "groundplan:rotation": "never" } }),
      ["tags", "groundplan:rotation"],
      ["monthly", DELETE].map((value) => [value, "no SecretRotation names the secret"]),
    ),
  ],
};
