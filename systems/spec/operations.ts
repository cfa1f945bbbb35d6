import { z } from "zod";
import { absolutePath, cron, duration, externalHost, hostLabel, memory, name, port, positive } from "./primitives";

export const route = z
  .strictObject({
    host: hostLabel
      .default("@")
      .describe("Label below the domain (api for api.example.com), or @ for the domain itself"),
    path: absolutePath.default("/").describe("Path prefix"),
    to: name.describe("Service that answers"),
    port: name.optional().describe("Port of the service, by name; its first when absent"),
    webSockets: z.boolean().default(false).describe("Whether connections stay open for long"),
    timeoutSeconds: z.int().min(1).max(4_000).default(60).describe("Seconds until an idle request is cut"),
  })
  .describe("A path the public can reach");

export const edge = z
  .strictObject({
    tlsMinimum: z.enum(["1.2", "1.3"]).default("1.2").describe("Lowest TLS version accepted"),
    ciphers: z.string().optional().describe("Cipher list for hosts that terminate TLS themselves, in OpenSSL's syntax"),
    rateLimit: z.int().min(10).max(1_000_000).optional().describe("Requests a client may make in five minutes"),
    requestsPerSecond: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe("Requests a client may make per second, at the ingress"),
    headers: z.record(z.string(), z.string()).default({}).describe("Response headers set on every answer"),
    cdn: z.boolean().default(false).describe("Whether a CDN stands before the load balancer"),
    waf: z.boolean().default(true).describe("Whether a web application firewall inspects requests"),
    issuer: z
      .enum(["letsencrypt-prod", "letsencrypt-staging"])
      .default("letsencrypt-prod")
      .describe("ACME issuer in clusters and on hosts"),
    cdnRegions: z
      .array(z.enum(["north-america", "europe", "asia-pacific", "south-america", "africa", "middle-east"]))
      .min(1)
      .optional()
      .describe(
        "Where the CDN must have edges; everywhere when absent. On AWS the least price class of CloudFront that reaches them",
      ),
    staticPaths: z
      .array(absolutePath)
      .optional()
      .describe("Paths whose answers never change, so that the CDN keeps them for a year; none when absent"),
    maxBodySize: memory.optional().describe("Largest request accepted; the load balancer's own limit when absent"),
    redirects: z
      .array(
        z.strictObject({
          host: hostLabel.describe("Label below the domain that is redirected"),
          to: hostLabel.describe("Label below the domain it leads to"),
          permanent: z.boolean().default(true).describe("Whether clients may remember it"),
        }),
      )
      .optional()
      .describe("Hosts answered at the edge by a redirect that keeps the path; none when absent"),
    authentication: z
      .strictObject({
        kind: z
          .enum(["oidc", "session"])
          .describe("Sign-in at an identity provider, or the presence of the application's own session cookie"),
        host: hostLabel.default("@").describe("Label below the domain"),
        paths: z.array(absolutePath).min(1).describe("Path prefixes that need a user"),
        cookie: z.string().min(1).optional().describe("Name of the session cookie"),
        signIn: absolutePath.optional().describe("Page a client without a session is sent to"),
      })
      .optional()
      .describe("Who may pass the edge; for oidc once the settings name the provider. Everybody when absent"),
    proxy: z
      .strictObject({
        image: z.string().min(1).default("nginx:alpine").describe("Image of the proxy"),
        certificates: name.default("ssl-certs").describe("Name of the volume of the certificates"),
        segment: name.optional().describe("Network of the proxy; the system's one network when absent"),
      })
      .optional()
      .describe("Reverse proxy of the single-host models; its defaults when absent"),
  })
  .describe("How the public reaches the system");

export const external = z
  .strictObject({
    hosts: z.array(externalHost).min(1).describe("Host names it is reached by; * stands for any public host"),
    port: port.default(443).describe("Port it listens on"),
    url: z.string().optional().describe("Base URL; https and the first host when absent"),
    secrets: z
      .record(name, z.string())
      .default({})
      .describe("Keys it needs, each with what it is; values come from settings or the secret store"),
  })
  .describe("A service somebody else runs");

export const secret = z
  .strictObject({
    description: z.string().min(3).describe("What it is for"),
    generate: z
      .int()
      .min(16)
      .max(256)
      .optional()
      .describe("Length of a generated value; without it the value comes from settings or the secret store"),
    rotateDays: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .describe("Days after which the value is replaced; never by itself when absent"),
  })
  .describe("A secret of the system");

export const backup = z
  .strictObject({
    store: name.describe("Store it copies"),
    schedule: cron.describe("When it runs, UTC"),
    retentionDays: z.int().min(1).max(3_650).describe("Days a copy is kept"),
    bucket: name.describe("Bucket of the system it is written to"),
    prefix: z.string().default("").describe("Prefix of the object names"),
    fileName: z.string().default("DATE.sql.gz.enc").describe("Object name; DATE stands for the day"),
    overdueAfter: duration.default("2h").describe("How late a copy may be before it alerts"),
    restoreTest: cron.default("0 6 * * 0").describe("When the newest copy is restored and checked, UTC"),
  })
  .describe("A logical dump, encrypted and verified");

export const objectives = z
  .strictObject({
    recoveryPoint: duration.optional().describe("Most data that may be lost (RPO)"),
    recoveryTime: duration.optional().describe("Longest time to be back (RTO)"),
    recoveryOrder: z.array(z.string()).default([]).describe("Order in which parts are brought back"),
  })
  .describe("What a disaster may cost");

export const alert = z
  .strictObject({
    expr: z.string().min(1).describe("PromQL; must be able to fire"),
    for: duration.default("5m").describe("How long it holds before it fires"),
    severity: z.enum(["info", "warning", "critical"]).describe("How urgent it is: critical pages, the others wait"),
    summary: z.string().min(3).describe("What is wrong, in a sentence"),
    action: z.string().optional().describe("What the person on call does first"),
  })
  .describe("A condition somebody must know of");

export const capacity = z
  .strictObject({
    cpu: z.string().optional().describe("CPU the document asks for, in its own words"),
    memory: z.string().optional().describe("Memory the document asks for, in its own words"),
    disk: z.string().optional().describe("Disk the document asks for, in its own words"),
    network: z.string().optional().describe("Network the document asks for, in its own words"),
    throughput: z.string().optional().describe("Work the document expects of it, in its own words"),
    hostCpu: positive.optional().describe("vCPU of the host in the single-host models"),
    hostMemory: memory.optional().describe("Memory of the host in the single-host models"),
    hostDisk: memory.optional().describe("Data disk of the host in the single-host models"),
  })
  .describe("What the document asks of one machine, and what it carries");

export const delivery = z
  .strictObject({
    tool: z.enum(["github-actions", "gitlab", "argo-cd"]).default("github-actions").describe("What runs the pipeline"),
    gitOps: z.boolean().default(false).describe("Whether Argo CD syncs the cluster from the repository"),
    registry: z
      .enum(["cloud", "external"])
      .default("cloud")
      .describe("Where images live: the cloud's registry, or another"),
    stages: z.array(z.string()).default([]).describe("Stages of the pipeline, in order"),
    checks: z.array(z.string()).default([]).describe("Checks that must pass before anything is deployed"),
    strategy: z
      .enum(["rolling", "blue-green", "canary"])
      .default("rolling")
      .describe("How new replicas replace old ones"),
    approval: z
      .array(z.enum(["dev", "staging", "production"]))
      .default(["production"])
      .describe("Environments a person approves"),
    triggers: z
      .strictObject({
        preview: z.string().optional().describe("What makes a preview, such as pull-request"),
        dev: z.string().optional().describe("Branch or tag that is deployed to dev"),
        staging: z.string().optional().describe("Branch or tag that is deployed to staging"),
        production: z.string().optional().describe("Branch or tag that is deployed to production, such as v*"),
      })
      .optional()
      .describe("What starts a deployment; a push to the main branch when absent"),
    rollback: z.boolean().default(true).describe("Whether a failed verification brings the last version back"),
    notify: z
      .array(z.enum(["slack", "pagerduty", "email", "webhook"]))
      .default([])
      .describe("Where results are reported"),
  })
  .describe("How changes reach an environment");
