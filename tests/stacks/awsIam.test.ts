import { join } from "node:path";
import { expect } from "chai";
import { externalSecrets } from "../../automation/externalSecrets";
import { planStack } from "../../automation/plan";
import { UNKNOWN_CONFIG_VALUE } from "../../automation/stackFile";
import type { Plan } from "../../engine";
import { planAws } from "./awsPlan";

const ROOT = join(__dirname, "..", "..");
const SYSTEMS = ["vibebox", "doc-scraper", "webharvest", "webclone-pro", "scraping-platform", "charterflow"] as const;
const IDENTITY = /^us-east-1-cluster-identity-(.+)-policy$/;

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** What an edge to a bucket comes to, written down here once more. */
const OBJECTS = {
  read: ["s3:GetObject", "s3:GetObjectVersion"],
  write: [
    ...["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"],
    ...["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
  ],
} as const;

/** What each controller may do, whatever the system. */
const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  "external-secrets-external-secrets": [
    "secretsmanager:GetSecretValue",
    "secretsmanager:DescribeSecret",
    "kms:Decrypt",
  ],
  "kube-system-aws-load-balancer-controller": [
    "elasticloadbalancing:RegisterTargets",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeAvailabilityZones",
  ],
  "monitoring-log-collector": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
  "monitoring-otel-collector": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
  "kube-system-karpenter": [
    "ec2:RunInstances",
    "ec2:CreateFleet",
    "ec2:CreateLaunchTemplate",
    "ec2:CreateTags",
    "ec2:TerminateInstances",
    "ec2:DeleteLaunchTemplate",
    "ec2:DescribeCapacityReservations",
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribePlacementGroups",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeSubnets",
    "ssm:GetParameter",
    "pricing:GetProducts",
    "iam:ListInstanceProfiles",
    "iam:GetInstanceProfile",
    "iam:PassRole",
    "eks:DescribeCluster",
    "sqs:DeleteMessage",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
  ],
};

/** Actions on no resource in particular, each because its API takes none. */
const WITHOUT_RESOURCE: Readonly<Record<string, RegExp>> = {
  "elasticloadbalancing and ec2 describe everything of a region": /^(elasticloadbalancing|ec2):Describe\w+$/,
  "prices belong to nobody": /^pricing:GetProducts$/,
  "profiles are listed as a whole": /^iam:ListInstanceProfiles$/,
  "traces have no ARN": /^xray:Put(TraceSegments|TelemetryRecords)$/,
  "metrics have no ARN; a namespace narrows them": /^cloudwatch:PutMetricData$/,
  "a registry's token is the account's": /^ecr:GetAuthorizationToken$/,
};

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

async function planOf(system: string, model: string): Promise<Plan> {
  const secrets = await externalSecrets(system, UNKNOWN_CONFIG_VALUE);
  const selection = { system, model, cloud: "aws" };
  return planStack({ directory: ROOT, stack: "dev", selection, secrets, mode: "simulate", packs: [] });
}

function policiesOf(plan: Plan): ReadonlyMap<string, readonly Statement[]> {
  return new Map(
    plan.resources
      .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
      .map(({ name, inputs }) => [name, (JSON.parse(String(inputs.policy)) as { Statement: Statement[] }).Statement]),
  );
}

/** ARNs of the buckets by store, as their own policies name them. */
function bucketsOf(plan: Plan): ReadonlyMap<string, string> {
  return new Map(
    plan.resources
      .filter(({ type, name }) => type === "aws:s3/bucketPolicy:BucketPolicy" && name.startsWith("us-east-1-"))
      .map(({ name, inputs }) => {
        const [first] = (JSON.parse(String(inputs.policy)) as { Statement: Statement[] }).Statement;
        return [name.replace(/^us-east-1-|-bucket-policy$/g, ""), String(asList(first?.Resource ?? "")[0])];
      }),
  );
}

/** Every action with every resource it is allowed on. */
function allowed(statements: readonly Statement[]): readonly string[] {
  return statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action, Resource }) =>
      asList(Action).flatMap((action) => asList(Resource).map((resource) => `${action} ${resource}`)),
    );
}

function onBucket(arn: string, access: "read" | "write", keyArn: string): readonly string[] {
  const key = access === "read" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"];
  return [
    ...["s3:ListBucket", "s3:GetBucketLocation"].map((action) => `${action} ${arn}`),
    ...OBJECTS[access].map((action) => `${action} ${arn}/*`),
    ...key.map((action) => `${action} ${keyArn}`),
  ];
}

describe("who may do what in AWS", function () {
  this.timeout(300_000);

  for (const system of SYSTEMS) {
    describe(`${system}, distributed`, () => {
      let plan: Plan;
      let policies: ReadonlyMap<string, readonly Statement[]>;
      before(async () => {
        plan = await planOf(system, "distributed");
        policies = policiesOf(plan);
      });

      it("allows each pod what its edges say on exactly those resources, each controller its list, and nobody else anything", () => {
        const buckets = bucketsOf(plan);
        const used = new Map<string, string[]>();
        const grant = (who: string, store: string, access: string, keyArn: string) => {
          const arn = buckets.get(store);
          if (arn !== undefined) {
            used.set(who, [...(used.get(who) ?? []), ...onBucket(arn, access as "read" | "write", keyArn)]);
          }
        };
        const identities = [...policies].flatMap(([name, statements]) => {
          const [, who] = IDENTITY.exec(name) ?? [];
          return who === undefined ? [] : [[who, statements] as const];
        });
        const pods = identities.filter(([who]) => CONTROLLERS[who] === undefined);
        const keyOf = (statements: readonly Statement[]) =>
          String(asList(statements.find(({ Sid }) => Sid.endsWith("Key"))?.Resource ?? "")[0]);
        const keys = new Set(pods.map(([, statements]) => keyOf(statements)));
        expect(keys.size).to.be.at.most(1);
        const [key = ""] = keys;
        // Charts that watch have no edges of their own to a store; two of them are among the controllers.
        for (const { from, to, access } of plan.edges.filter((edge) => edge.from !== "monitoring")) {
          grant(String(from), String(to), String(access), key);
        }
        for (const [who] of pods) {
          const [, role] = /-((?:backup|restore)-[a-z]+)$/.exec(who) ?? [];
          if (role !== undefined) {
            grant(role, "backups", role.startsWith("backup") ? "write" : "read", key);
          }
        }
        const found = pods.map(([who, statements]): [string, readonly string[]] => {
          const service = [...used.keys()]
            .filter((name) => who.endsWith(`-${name}`))
            .sort((a, b) => b.length - a.length);
          return [service[0] ?? who, allowed(statements)];
        });
        expect(found.map(([who]) => who)).to.have.members([...used.keys()]);
        for (const [who, actions] of found) {
          expect([...new Set(actions)], who).to.have.members([...new Set(used.get(who))]);
        }
        for (const [who, statements] of identities) {
          const list = CONTROLLERS[who];
          if (list !== undefined) {
            expect([...new Set(statements.flatMap(({ Action }) => asList(Action)))], who).to.have.members(list);
          }
        }
      });
    });
  }

  for (const [system, model] of [
    ["webharvest", "distributed"],
    ["webharvest", "global"],
    ["webharvest", "single-server"],
    ["charterflow", "single-server"],
    ["vibebox", "standalone"],
  ] as const) {
    it(`names a resource with every action of ${system}, ${model}, but where the API takes none`, async () => {
      expect(unnamed(await planOf(system, model))).to.deep.equal([]);
    });
  }

  it("names a resource with every action of a placement whose databases and caches rotate, but where the API takes none", async () => {
    const { plan } = await planAws("simulate");
    expect([...policiesOf(plan).keys()]).to.include.members([
      "main-database-rotation-policy",
      "main-redis-rotation-policy",
    ]);
    expect(unnamed(plan)).to.deep.equal([]);
  });
});

/** What a plan allows by a pattern of actions, or on every resource though its API takes one. */
function unnamed(plan: Plan): readonly string[] {
  return [...policiesOf(plan)].flatMap(([name, statements]) =>
    // To deny more than there is takes nothing from anybody.
    statements
      .filter(({ Effect }) => Effect !== "Deny")
      .flatMap(({ Sid, Action, Resource }) =>
        asList(Action)
          .filter((action) => {
            const listed = Object.values(WITHOUT_RESOURCE).some((pattern) => pattern.test(action));
            return action.includes("*") || (asList(Resource).includes("*") && !listed);
          })
          .map((action) => `${name} ${Sid}: ${action}`),
      ),
  );
}
