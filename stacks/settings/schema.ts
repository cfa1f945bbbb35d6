import { z } from "zod";
import { CLOUDS } from "../../components/context";
import { ENVIRONMENTS, MODELS, overlaySchema } from "../../systems/spec";
import { host, memory, name, positive, text } from "../../systems/spec/primitives";
import { access, boundaryArn } from "./access";
import { kubernetes } from "./kubernetes";
import { alerts, compute, mesh, policyExemption } from "./operations";
import { secretText } from "./secrets";
import { secretStore } from "./vault";

const imageReference = text(/^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)*(:\w[\w.-]*)?(@sha256:[0-9a-f]{64})?$/, {
  allowed: "an image reference, such as registry.example.com/team/api:1.2.3 with an optional @sha256: digest",
  fix: "write registry, name, and tag or digest, without https://",
  example: "registry.example.com/team/api:1.2.3",
});

const registry = text(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d+)?(\/[a-z0-9][\w.-]*)*$/, {
  allowed: "a registry and a path, such as registry.example.com/team",
  fix: "write host and path, without https:// and without an image",
  example: "registry.example.com/team",
});

const cidrBlock = text(/^(10|172|192)(\.\d{1,3}){3}\/(1[6-9]|20)$/, {
  allowed: "a private IPv4 range of /16 to /20, such as 10.4.0.0/16",
  fix: "write the first address of the range and its prefix length",
  example: "10.4.0.0/16",
});

const stackName = text(/^[\w.-]+(\/[\w.-]+){0,2}$/, {
  allowed: "a stack's name: STACK, PROJECT/STACK or ORGANIZATION/PROJECT/STACK",
  fix: "write it as pulumi stack ls --all shows it",
  example: "acme/groundplan/prod-edge",
});

const tagKey = text(/^[a-z][\w-]{0,62}$/, {
  allowed: "a lower-case letter, then letters, digits, hyphens and underscores, at most 63: what every cloud takes",
  fix: "rename the tag",
  example: "owner",
});

const placement = z.strictObject({
  name: name.describe("Name of the placement, unique and never changed: its resources hang on it"),
  cloud: z.enum(CLOUDS).describe("Where it is"),
  region: z.string().min(1).optional().describe("Region of the cloud; on Kubernetes a name for the place"),
  role: z.enum(["primary", "secondary"]).optional().describe("Which one writes; primary when it is the only one"),
  account: z.string().min(1).optional().describe("AWS account or Google Cloud project; the one of access when absent"),
  context: z.string().min(1).optional().describe("Kubernetes: context of the kubeconfig"),
  cidrIndex: z.int().min(0).max(255).optional().describe("Number of its network, pinned: 4 is 10.4.0.0/16"),
  cidrBlock: cidrBlock.optional().describe("Network instead of the numbered one"),
  zones: z
    .int()
    .min(2)
    .max(6)
    .optional()
    .describe("AWS: zones its network covers, never changed; three, or as many as the region has, when absent"),
  permissionsBoundary: boundaryArn
    .optional()
    .describe("AWS: permissions boundary of the roles made here, of its account; the one of access.aws when absent"),
  founder: z
    .boolean()
    .optional()
    .describe(
      "Google Cloud: whether it keeps what all placements there share (network, buckets), never changed, whoever is primary; the first of them when absent",
    ),
});

/** A bucket by its name alone, or with how a cluster's own jobs reach it. */
const reachedBucket = z.strictObject({
  bucket: z.string().min(3).describe("Name of the bucket"),
  region: z.string().min(1).optional().describe("Region of the bucket; the placement's when absent"),
  endpoint: z.url().optional().describe("Endpoint of a store that speaks S3's protocol; AWS's when absent"),
  secretName: name
    .optional()
    .describe("Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the namespace of whoever reads it"),
});
const existingBucket = z.union([z.string().min(3), reachedBucket]);

const distribution = text(/^E[A-Z0-9]{5,20}$/, {
  allowed: "the id of a distribution of CloudFront, such as E1A2B3C4D5E6F7",
  fix: "write its id, neither its ARN nor its domain name",
  example: "E1A2B3C4D5E6F7",
});

const detector = text(/^[0-9a-f]{32}$/, {
  allowed: "the id of a detector of GuardDuty: 32 digits and letters from a to f",
  fix: "write the id that aws guardduty list-detectors shows",
  example: "12abc34d567e8fa901bc2d34e56789f0",
});

const cacheTopic = text(/^arn:aws(-us-gov|-cn)?:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, {
  allowed: "the ARN of a topic of SNS, such as arn:aws:sns:us-east-1:123456789012:cache-events",
  fix: "write the ARN that aws sns list-topics shows; ElastiCache takes none of type FIFO",
  example: "arn:aws:sns:us-east-1:123456789012:cache-events",
});

const trail = text(/^arn:aws(-us-gov|-cn)?:cloudtrail:[a-z0-9-]+:\d{12}:trail\/[A-Za-z0-9._-]{3,128}$/, {
  allowed: "the ARN of a trail, such as arn:aws:cloudtrail:us-east-1:123456789012:trail/organization",
  fix: "write the ARN that aws cloudtrail list-trails shows",
  example: "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization",
});

const existing = z
  .strictObject({
    vpc: z
      .strictObject({
        id: z.string().min(1).describe("Id of the VPC, or name of the network"),
        publicSubnetIds: z
          .array(z.string())
          .default([])
          .describe("Subnets with a way in; required where the system has public routes"),
        privateSubnetIds: z.array(z.string()).min(1).describe("Subnets of the nodes"),
        dataSubnetIds: z
          .array(z.string())
          .default([])
          .describe("Subnets of the databases; the private ones when absent"),
      })
      .optional()
      .describe("Network to use"),
    zone: z.string().min(1).optional().describe("Hosted zone to write records to: its id, or its name on Google Cloud"),
    zoneName: host
      .optional()
      .describe("Domain that zone is of, as whoever runs it says: groundplan:domain has to be it, or below it"),
    cluster: z.string().min(1).optional().describe("Cluster to deploy to, by name"),
    kmsKey: z.string().min(1).optional().describe("Key to encrypt with: its ARN or resource name"),
    databases: z
      .record(
        name,
        z.strictObject({
          host: z.string().min(1).describe("Host name"),
          port: z.int().min(1).max(65_535).default(5432).describe("Port"),
          user: z.string().min(1).describe("User"),
          password: secretText.describe("Password"),
        }),
      )
      .default({})
      .describe("Databases to use, by the store's name"),
    buckets: z.record(name, existingBucket).default({}).describe("Buckets to use, by the store's name"),
    archive: reachedBucket
      .required({ secretName: true })
      .optional()
      .describe("Bucket that stores in the cluster keep their write-ahead logs and snapshots in"),
    detector: detector
      .optional()
      .describe("AWS: id of the account's detector of GuardDuty in the region, which has one; made here when absent"),
    cacheTopic: cacheTopic
      .optional()
      .describe(
        "AWS: ARN of a topic of SNS without a key of KMS, which ElastiCache tells its events; nobody when absent",
      ),
    trail: trail
      .optional()
      .describe(
        "AWS: ARN of the trail that keeps the account's audit log, such as the organization's; made here when absent",
      ),
    distribution: distribution
      .optional()
      .describe(
        "edge alone: id of the distribution that another stack makes, for the policies of the buckets it reads",
      ),
    healthCheck: z
      .string()
      .min(1)
      .optional()
      .describe("Id of the DNS provider's health check of this placement (Route 53)"),
  })
  .describe("What a placement uses instead of making it");

export const settingsSchema = z.strictObject({
  system: z.string().min(1).describe("Built-in system, or path of a system file, relative to the stack's directory"),
  environment: z.enum(ENVIRONMENTS).describe("Decides redundancy, protection and retention; never inferred"),
  model: z.enum(MODELS).describe("Decides the shape of the system"),
  placements: z.array(placement).min(1).optional().describe("Where the system runs"),
  cloud: z.enum(CLOUDS).optional().describe("Short form of placements: one cloud"),
  regions: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Short form of placements: its regions, the first one primary"),
  domain: host.optional().describe("Domain the public uses; the system's own when absent"),
  images: z
    .strictObject({
      registry: registry.optional().describe("Registry of the system's own images"),
      repository: z
        .boolean()
        .optional()
        .describe("AWS and Google Cloud: whether each placement makes repositories for these images; no when absent"),
      services: z.record(name, imageReference).default({}).describe("Image of a service, whole"),
      stores: z.record(name, imageReference).default({}).describe("Image of a store, whole"),
    })
    .prefault({})
    .describe("Where images come from; production needs digests"),
  overrides: overlaySchema.optional().describe("Changes to the system, laid over everything else"),
  existing: z.record(name, existing).default({}).describe("What to use instead of making it, by placement"),
  access,
  kubernetes: kubernetes.prefault({}),
  alerts,
  backups: z
    .strictObject({
      schedule: z.boolean().default(true).describe("Whether the system's dumps run"),
      crossRegion: z.boolean().optional().describe("Whether copies go to another region; in production when absent"),
      retentionDays: positive.optional().describe("Days backups are kept, instead of the system's own"),
      restore: z
        .record(
          name,
          z.strictObject({
            from: name.describe("Name the copies lie under: the store's own, until it was restored once"),
            to: name.describe("Name the restored database's own copies go under: one that has none yet"),
            at: z.iso.datetime({ offset: true }).optional().describe("Moment to recover to; the newest when absent"),
          }),
        )
        .default({})
        .describe("In-cluster databases that begin as a copy of the past, once they are made anew, by store"),
      scratchSize: memory
        .optional()
        .describe("Disk a dump is made on; a quarter of the database's, at most 20Gi, when absent"),
      images: z
        .strictObject({
          dump: imageReference.optional().describe("Image with bash, gpg and PostgreSQL's client"),
          upload: imageReference.optional().describe("Image with bash and the AWS command line"),
          restore: imageReference.optional().describe("Image with PostgreSQL's server and the database's extensions"),
        })
        .prefault({})
        .describe("Images of the dump and its restore test; official ones when absent"),
    })
    .prefault({})
    .describe("Changes to the backups"),
  retention: z
    .strictObject({
      logsDays: z.int().min(1).max(3_653).optional().describe("Days logs are kept; the environment's when absent"),
      metricsDays: z
        .int()
        .min(1)
        .max(3_653)
        .optional()
        .describe("Days metrics are kept; the environment's when absent"),
      auditDays: z.int().min(90).max(3_653).optional().describe("Days audit logs are kept; a year when absent"),
      bucketLogs: z
        .boolean()
        .optional()
        .describe("Google Cloud: whether buckets write usage logs, instead of audit logs alone; no when absent"),
    })
    .prefault({})
    .describe("Which records are kept, and how long"),
  tags: z.record(tagKey, z.string().max(256)).default({}).describe("Tags on everything"),
  mesh: mesh.prefault({}),
  compute: compute.prefault({}),
  policyExemptions: z.array(policyExemption).default([]).describe("Accepted deviations from the policies"),
  protect: z.boolean().optional().describe("Whether what holds data cannot be deleted; outside dev when absent"),
  instance: text(/^[\w.-]{1,100}$/, {
    allowed: "letters, digits, dots, underscores and hyphens, at most 100",
    fix: "name what tells this stack from the system's others, such as eu",
    example: "eu",
  })
    .optional()
    .describe("What tells this stack's names from those of the system's other stacks; the stack's name when absent"),
  ephemeral: z
    .boolean()
    .default(false)
    .describe("Whether the stack lives for hours: no protection, no retention locks"),
  layers: z
    .array(z.enum(["infrastructure", "platform", "workloads"]))
    .min(1)
    .default(["infrastructure", "platform", "workloads"])
    .describe("Layers this stack owns: all, infrastructure and platform, or workloads"),
  layerStack: stackName
    .optional()
    .describe("Stack that owns infrastructure and platform, where this one owns workloads"),
  parts: z
    .array(name)
    .min(1)
    .optional()
    .describe("Placements this stack owns, edge for the global part; all when absent"),
  partStacks: z
    .record(name, stackName)
    .default({})
    .describe("Stacks that own the other parts, by part: this one reads their outputs"),
  replace: z.array(z.string().min(1)).default([]).describe("Stateful resources a plan may replace or delete, by name"),
  secretRotation: z
    .strictObject({
      first: text(
        /^\d{4}-\d{2}-\d{2}$/,
        {
          allowed: "a date such as 2027-06-30",
          fix: "write the first day secrets are due, YYYY-MM-DD, in quotes; it has to be to come when they are made",
          example: "2027-06-30",
        },
        (value) => !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value),
      )
        .optional()
        .describe(
          "Google Cloud: first day Secret Manager says that a secret with rotateDays is due, to come when the secrets are made; each is due again after its own days",
        ),
      days: z
        .int()
        // The second time takes what pods still use that have not been rolled since the first.
        .min(2)
        .max(1_000)
        .optional()
        .describe(
          "AWS: days after which passwords of databases and tokens of caches are replaced by a function, at least 4 where databases in other regions follow; 90 in staging and production and never in dev when absent",
        ),
    })
    .optional()
    .describe("When secrets are replaced; those of the system say their own days, in rotateDays"),
  secretStore: secretStore.prefault({}),
  secrets: z
    .record(name, z.union([secretText, z.record(name, secretText)]))
    .default({})
    .describe("Values of secrets: by the secret's name, or by external service and key"),
});
