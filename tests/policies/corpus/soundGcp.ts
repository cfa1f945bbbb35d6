import type { TestResource } from "../harness";

const KEY = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";
const labels = {
  system: "shop",
  environment: "production",
  model: "distributed",
  owner: "platform",
  "managed-by": "groundplan",
};

/** A Google program that every rule of every pack accepts. */
export const google: readonly TestResource[] = [
  {
    type: "gcp:storage/bucket:Bucket",
    name: "bucket",
    protect: true,
    props: {
      location: "EU",
      labels,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      versioning: { enabled: true },
      encryption: { defaultKmsKeyName: KEY },
      logging: { logBucket: "logs" },
    },
  },
  {
    type: "gcp:sql/databaseInstance:DatabaseInstance",
    name: "sql",
    protect: true,
    props: {
      databaseVersion: "POSTGRES_17",
      encryptionKeyName: KEY,
      deletionProtection: true,
      settings: {
        tier: "db-custom-2-7680",
        userLabels: labels,
        availabilityType: "REGIONAL",
        deletionProtectionEnabled: true,
        diskSize: 100,
        diskAutoresizeLimit: 500,
        backupConfiguration: { enabled: true, pointInTimeRecoveryEnabled: true },
        ipConfiguration: { ipv4Enabled: false, sslMode: "ENCRYPTED_ONLY" },
        databaseFlags: ["log_connections", "log_disconnections", "cloudsql.enable_pgaudit"].map((name) => ({
          name,
          value: "on",
        })),
      },
    },
  },
  {
    type: "gcp:compute/firewall:Firewall",
    name: "firewall",
    props: { direction: "INGRESS", sourceRanges: ["35.235.240.0/20"], allows: [{ protocol: "tcp", ports: ["22"] }] },
  },
  {
    type: "gcp:projects/iAMMember:IAMMember",
    name: "member",
    props: { role: "roles/storage.objectViewer", member: "serviceAccount:app@p.iam.gserviceaccount.com" },
  },
  {
    type: "gcp:compute/instance:Instance",
    name: "machine",
    props: {
      machineType: "n2-standard-2",
      labels,
      bootDisk: { kmsKeySelfLink: KEY, initializeParams: { size: 50 } },
      networkInterfaces: [{ subnetwork: "private" }],
      serviceAccount: { email: "app@p.iam.gserviceaccount.com", scopes: ["cloud-platform"] },
      shieldedInstanceConfig: { enableSecureBoot: true },
    },
  },
  { type: "gcp:billing/budget:Budget", name: "budget", props: { thresholdRules: [{ thresholdPercent: 0.8 }] } },
];
