import { expect } from "chai";
import { bucketProblems } from "../../../components/storage/bucket/constraints";
import { bucketGrants } from "../../../components/storage/bucket/grants";
import { lifecycleRules } from "../../../components/storage/bucket/lifecycle";
import { replicaRegionOf } from "../../../components/storage/bucket/replicaRegion";
import type { StoreOf } from "../../../systems/spec";
import { store } from "../../../systems/spec/stores";
import { named, ofType, planAws } from "../../stacks/awsPlan";

const bucket = (change: object = {}) => store.parse({ kind: "bucket", ...change }) as StoreOf<"bucket">;
const place = { region: "us-east-1", replicaRegion: "us-west-2" };

/** Keys of what a destroy leaves behind, and what opens it. */
const LEFT: readonly string[] = [
  "main-keys-data",
  "main-keys-secrets",
  "main-keys-storage",
  "main-keys-volumes",
  "main-secrets-backup-daily-passphrase",
  "main-secrets-backup-daily-passphrase-version",
  "main-exports-replica-key",
];

describe("S3, what AWS refuses", () => {
  const refused: readonly (readonly [string, object, string])[] = [
    ["infrequent access before a month", { lifecycle: { infrequentAccessDays: 7 } }, "lifecycle.infrequentAccessDays"],
    [
      "the archive less than a month later",
      { lifecycle: { infrequentAccessDays: 30, archiveDays: 45 } },
      "lifecycle.archiveDays",
    ],
    ["an end before the last move", { lifecycle: { archiveDays: 90, expireDays: 90 } }, "lifecycle.expireDays"],
    ["a lock without versions", { locked: true, retentionDays: 7, versioning: false }, "versioning"],
    ["a lock without days", { locked: true }, "retentionDays"],
    ["a copy without versions", { replication: {}, versioning: false }, "versioning"],
  ];
  for (const [what, change, path] of refused) {
    it(`refuses ${what}`, () => {
      expect(bucketProblems("b", bucket(change), place).map((problem) => problem.path)).to.deep.equal([
        `stores.b.${path}`,
      ]);
    });
  }

  it("copies from every region it knows to another one", () => {
    for (const region of [
      "us-east-1",
      "us-west-2",
      "ca-central-1",
      "sa-east-1",
      "eu-west-1",
      "eu-central-1",
      "eu-north-1",
      "ap-south-1",
      "ap-northeast-1",
      "ap-southeast-2",
    ]) {
      expect(replicaRegionOf(region), region).to.be.a("string").that.does.not.equal(region);
    }
  });

  it("writes the spec's lifecycle, and always ends unfinished uploads", () => {
    expect(lifecycleRules({ infrequentAccessDays: 30, archiveDays: 90, expireDays: 365 })).to.deep.equal([
      {
        id: "unfinished-uploads",
        status: "Enabled",
        filter: { prefix: "" },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
      {
        id: "objects",
        status: "Enabled",
        filter: { prefix: "" },
        transitions: [
          { days: 30, storageClass: "STANDARD_IA" },
          { days: 90, storageClass: "GLACIER" },
        ],
        expiration: { days: 365 },
        noncurrentVersionExpiration: { noncurrentDays: 90 },
      },
    ]);
  });

  it("lets a reader neither write nor encrypt", () => {
    const actions = bucketGrants({ store: "b", access: "read", bucketArn: "arn:b", keyArn: "arn:k" }).flatMap(
      (grant) => grant.actions,
    );
    expect(actions).to.deep.equal([
      "s3:ListBucket",
      "s3:GetBucketLocation",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "kms:Decrypt",
    ]);
  });
});

describe("buckets of doc-scraper on aws", function () {
  this.timeout(60_000);

  it("closes every bucket to the public, to plain HTTP and to lists of access", async () => {
    const { plan } = await planAws("simulate");
    const count = ofType(plan, "aws:s3/bucket:Bucket").length;
    const access = ofType(plan, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    expect(access).to.have.length(count);
    for (const each of access) {
      expect(each.inputs).to.deep.include({
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
    }
    const policies = ofType(plan, "aws:s3/bucketPolicy:BucketPolicy");
    expect(policies).to.have.length(count);
    for (const { inputs } of policies) {
      const [first] = (JSON.parse(String(inputs.policy)) as { Statement: unknown[] }).Statement;
      expect(first).to.deep.include({
        Sid: "TlsOnly",
        Effect: "Deny",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
    }
    for (const { inputs } of ofType(plan, "aws:s3/bucketOwnershipControls:BucketOwnershipControls")) {
      expect(inputs.rule).to.deep.equal({ objectOwnership: "BucketOwnerEnforced" });
    }
  });

  it("copies exports to the archive of another region under that region's key", async () => {
    const { plan } = await planAws("simulate");
    expect(named(plan, "main-exports-replica").inputs.region).to.equal("us-west-2");
    expect(named(plan, "main-exports-replica-key").inputs).to.deep.include({
      region: "us-west-2",
      enableKeyRotation: true,
    });
    expect(named(plan, "main-exports-replication").inputs).to.have.nested.property(
      "rules[0].destination.storageClass",
      "GLACIER",
    );
  });

  it("locks the backups for their retention", async () => {
    const { plan } = await planAws("simulate");
    expect(named(plan, "main-backups-bucket", "aws:s3/bucket:Bucket").inputs.objectLockEnabled).to.equal(true);
    expect(named(plan, "main-backups-bucket-lock").inputs.rule).to.deep.equal({
      defaultRetention: { mode: "GOVERNANCE", days: 7 },
    });
  });

  it("keeps an overwritten copy no longer than its lock, and any other object's versions for long", async () => {
    const { plan } = await planAws("simulate");
    const days = (bucket: string) => named(plan, `main-${bucket}-bucket-lifecycle`).inputs.rules;
    expect(days("backups")).to.have.nested.property("[1].noncurrentVersionExpiration.noncurrentDays", 1);
    expect(days("exports")).to.have.nested.property("[1].noncurrentVersionExpiration.noncurrentDays").above(1);
  });

  it("leaves the keys of what a destroy leaves, and nothing at all in dev", async () => {
    const { plan } = await planAws("simulate", { "groundplan:protect": false });
    // A rotated version stays out of Pulumi's hands, and goes with its secret all the same.
    const rotated = new Set(
      ofType(plan, "aws:secretsmanager/secretRotation:SecretRotation").map(({ name }) =>
        name.replace(/-rotation$/, "-version"),
      ),
    );
    const left = plan.resources.filter(
      ({ name, type, options }) => /kms|secretsmanager/.test(type) && options.retainOnDelete && !rotated.has(name),
    );
    expect(left.map(({ name }) => name)).to.deep.equal(LEFT);
    expect(named(plan, "main-database-primary").inputs).to.include({
      skipFinalSnapshot: false,
      deleteAutomatedBackups: false,
    });
    expect(named(plan, "main-cluster-storage-class").inputs.reclaimPolicy).to.equal("Retain");
    const { plan: dev } = await planAws("simulate", { "groundplan:environment": "dev", "groundplan:compute": {} });
    expect(
      dev.resources.filter(({ type, options }) => type.startsWith("aws:") && options.retainOnDelete),
    ).to.deep.equal([]);
    expect(named(dev, "main-database-primary").inputs).to.include({ skipFinalSnapshot: true });
    expect(named(dev, "main-database-primary").inputs).to.not.have.property("finalSnapshotIdentifier");
    expect(named(dev, "main-redis-group").inputs).to.not.have.property("finalSnapshotIdentifier");
    expect(named(dev, "main-cluster-storage-class").inputs.reclaimPolicy).to.equal("Delete");
  });

  it("takes a bucket away before its key", async () => {
    const { plan } = await planAws("simulate");
    const key = named(plan, "main-keys-storage", "aws:kms/key:Key").urn;
    for (const bucket of ["main-backups-bucket", "main-exports-bucket"]) {
      expect(named(plan, bucket, "aws:s3/bucket:Bucket").dependencies, bucket).to.include(key);
    }
    expect(named(plan, "main-exports-replica").dependencies).to.include(named(plan, "main-exports-replica-key").urn);
  });

  it("lets the volumes of add-ons go with the cluster", async () => {
    const { plan } = await planAws("simulate");
    const classes = plan.resources.filter(({ type }) => type === "kubernetes:storage.k8s.io/v1:StorageClass");
    const annotation = "storageclass.kubernetes.io/is-default-class";
    const told = classes.map(({ inputs }) => {
      const { name, annotations } = inputs.metadata as { name: string; annotations?: Record<string, string> };
      return [name, inputs.reclaimPolicy, annotations?.[annotation]];
    });
    expect(told).to.deep.equal([
      ["gp3", "Delete", "true"],
      ["gp3-retain", "Retain", undefined],
    ]);
  });
});
