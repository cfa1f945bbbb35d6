import { z } from "zod";
import { type AddOnName, ADD_ONS as CATALOG_ADD_ONS } from "../../components/cluster/addOns/catalog";
import { name, text } from "../../systems/spec/primitives";
import { secretText } from "./secrets";

/** Add-ons a setting may name: all this program knows, but for the one a cloud's own site needs and installs itself. */
export const ADD_ONS = CATALOG_ADD_ONS.filter((name) => name !== "aws-load-balancer-controller");
export type AddOn = Exclude<AddOnName, "aws-load-balancer-controller">;

const address = text(/^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i, {
  allowed: "an e-mail address",
  fix: "write it as name@example.com",
  example: "oncall@example.com",
});

const channel = text(/^#[\w-]+$/, {
  allowed: "a channel, such as #alerts",
  fix: "start it with #, and put it in quotes",
  example: "#alerts",
});

const mailServer = text(/^[\w.-]+:\d+$/, {
  allowed: "a mail server and port, such as smtp.example.com:587",
  fix: "write host, colon, port",
  example: "smtp.example.com:587",
});

export const alerts = z
  .strictObject({
    slack: z
      .strictObject({ channel: channel.describe("Channel"), webhook: secretText.describe("Incoming webhook's URL") })
      .optional()
      .describe("Alerts to Slack"),
    pagerduty: z
      .strictObject({ routingKey: secretText.describe("Routing key") })
      .optional()
      .describe("Critical alerts to PagerDuty"),
    email: z
      .strictObject({
        to: z.array(address).min(1).describe("Receivers"),
        from: address.optional().describe("Sender"),
        smarthost: mailServer.optional().describe("Mail server and port, for alerts from clusters"),
        username: z.string().optional().describe("User of the mail server"),
        password: secretText.optional().describe("Password of the mail server"),
      })
      .optional()
      .describe("Alerts by e-mail"),
    webhook: z
      .strictObject({ url: secretText.describe("URL") })
      .optional()
      .describe("Alerts to a web hook"),
    heartbeat: z
      .strictObject({ url: secretText.describe("URL") })
      .optional()
      .describe("Called every few minutes while alerts can be delivered; its owner alerts when it is not"),
    budget: z
      .strictObject({
        monthlyUsd: z.int().min(1).describe("Budget of a month"),
        to: z.array(address).min(1).describe("Receivers"),
      })
      .optional()
      .describe("Budget alert"),
  })
  .prefault({})
  .describe("Where alerts go");

export const mesh = z
  .strictObject({ kind: z.enum(["none", "istio"]).default("none").describe("Mesh of the services that join one") })
  .describe("Service mesh: mutual TLS, traffic management, circuit breaking, retries");

const imagePattern = text(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]+(:\d+)?\/[^\s*]*\*{0,2}$/, {
  allowed:
    "a registry and a path, such as ghcr.io/acme/*, or ghcr.io/acme/** with what is below; stars at the end alone",
  fix: "name the registry whole",
  example: "ghcr.io/acme/**",
});

const attestor = text(/^projects\/[a-z][-a-z0-9]{4,28}[a-z0-9]\/attestors\/[\w-]{1,255}$/, {
  allowed: "an attestor, such as projects/acme-build/attestors/built-by-ci",
  fix: "write it as gcloud container binauthz attestors list shows it",
  example: "projects/acme-build/attestors/built-by-ci",
});

const admission = z
  .strictObject({
    mode: z.enum(["block", "audit"]).describe("Whether other images are refused, or only noted in the audit log"),
    allow: z.array(imagePattern).default([]).describe("Images that start unsigned; those of add-ons among them"),
    attestors: z
      .array(attestor)
      .default([])
      .describe(
        "Who must have signed all others; when absent others do not start, but for those of repositories made here",
      ),
  })
  .describe("Google Cloud: the project's policy of binary authorization");

export const compute = z
  .strictObject({
    karpenter: z.boolean().default(true).describe("Whether Karpenter makes nodes beyond the pools (EKS)"),
    fargateNamespaces: z.array(z.string()).default([]).describe("Namespaces that run on Fargate (EKS)"),
    managedStores: z
      .array(name)
      .default([])
      .describe(
        "Stores that a service runs: memcached on AWS and Google Cloud, search on AWS; in the cluster when absent",
      ),
    pooledDatabases: z
      .array(name)
      .default([])
      .describe(
        "Databases whose clients share connections through RDS Proxy (AWS); each connects by itself when absent",
      ),
    upgradedDatabases: z
      .array(name)
      .default([])
      .describe("Databases whose major version may rise, with the next update (AWS); RDS refuses it when absent"),
    globalCaches: z
      .record(name, name)
      .default({})
      .describe(
        "Redis stores that all regions have in common (AWS, model global), each with the placement that founds its ElastiCache Global Datastore, never changed; every region has its own when absent",
      ),
    architecture: z.enum(["amd64", "arm64"]).optional().describe("Architecture instead of the node pools' own"),
    kubernetesVersion: text(/^1\.\d{2}$/, {
      allowed: 'a Kubernetes minor version in quotes, such as "1.34"',
      fix: "put it in quotes",
      example: "1.34",
    })
      .optional()
      .describe("Version of clusters of our own"),
    hostGeneration: text(/^[\w.-]{1,40}$/, {
      allowed: "letters, digits, dots, underscores and hyphens, at most 40",
      fix: "write what tells this machine from the last, such as 2027-01",
      example: "2027-01",
    })
      .optional()
      .describe("Any word, a change of which replaces a host's machine by one of the newest image; its data stay"),
    nodeRelease: text(/^1\.\d{2}\.\d+-\d{8}$/, {
      allowed: 'a release of the EKS-optimized image, in quotes, such as "1.35.2-20260224"',
      fix: "write it as docs/upgrades-aws.md finds the newest",
      example: "1.35.2-20260224",
    })
      .optional()
      .describe(
        "Release of the image that nodes run (EKS): a change replaces them; when absent the one that was the newest as they were made",
      ),
    extendedSupport: z
      .boolean()
      .default(false)
      .describe(
        "Whether a cluster stays on its Kubernetes version, for more money, once standard support of that has ended (EKS); when absent AWS then raises it",
      ),
    admission: admission.optional(),
    schedule: z
      .strictObject({
        stop: z.string().min(9).describe("Cron expression, UTC, when non-production sleeps"),
        start: z.string().min(9).describe("Cron expression, UTC, when it wakes"),
      })
      .optional()
      .describe("Hours of non-production stacks"),
  })
  .describe("What pods run on");

export const policyExemption = z.strictObject({
  rules: z.array(z.string().min(1)).min(1).describe("Ids of the rules, such as container-not-privileged"),
  resource: z.string().min(1).describe("URN or name of the resource; * stands for any run of characters"),
  reason: z.string().min(10).describe("Why it is accepted"),
  expires: text(
    /^\d{4}-\d{2}-\d{2}$/,
    {
      allowed: "a date such as 2027-06-30",
      fix: "write the last day it holds, YYYY-MM-DD, in quotes",
      example: "2027-06-30",
    },
    (value) => !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value),
  ).describe("Last day it holds"),
});
