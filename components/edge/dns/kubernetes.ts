import type { Degraded } from "../../component";

/** A provider of DNS that external-dns writes to, and how it is told who it is. */
export interface DnsSettings {
  readonly provider: "aws" | "google" | "cloudflare" | "digitalocean";
  readonly zones: readonly string[];
  readonly policy: "failover" | "latency" | "weighted";
  /** Variables of the provider's credentials, all in one Secret. */
  readonly credentials: readonly string[];
  readonly secretName?: string;
  readonly serviceAccountAnnotations: Readonly<Record<string, string>>;
  readonly project?: string;
}

export interface DnsArgs {
  readonly settings: DnsSettings;
  readonly system: string;
  readonly placement: string;
  readonly role: "primary" | "secondary";
  /** Region of the provider's cloud nearest to the placement, for records by latency. */
  readonly region: string;
  /** Whether other placements answer the same hosts. */
  readonly shared: boolean;
  readonly domain: string;
  readonly routing: "ingress" | "gateway";
  readonly healthCheck?: string;
}

export interface DnsPlan {
  /** Values of external-dns's chart. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Annotations of everything whose hosts get records. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly degraded: readonly Degraded[];
  /**
   * How a certificate authority is answered in the zone, in cert-manager's words: where several placements share a host,
   * a question put to the host reaches one of them only. @default it is answered by the host
   */
  readonly challenge?: Readonly<Record<string, unknown>>;
}

const PREFIX = "external-dns.alpha.kubernetes.io";

/** Records of a placement's hosts: owned by it alone, and told from the other placements' where the provider can. */
export function planDns(args: DnsArgs): DnsPlan {
  const { settings, shared, role, placement, domain } = args;
  const routed = settings.provider === "aws";
  // Two owners of one plain record take it from each other: only the primary's is written.
  const silent = shared && !routed && role === "secondary";
  return {
    values: valuesOf(args),
    ...(shared ? { challenge: challengeOf(settings) } : {}),
    annotations: silent ? { [`${PREFIX}/controller`]: "none" } : shared && routed ? routing(args) : {},
    degraded: [
      ...(shared && !routed
        ? [
            {
              feature: `records of ${domain} that leave a placement out when it fails`,
              reason: `external-dns writes plain records to ${settings.provider}: they lead to the primary placement alone`,
              remedy: "serve the zone from Route 53, or change the record by hand when the role moves",
            },
          ]
        : []),
      ...(shared && routed && args.healthCheck === undefined
        ? [
            {
              feature: `health check behind the records of ${placement}`,
              reason: "Route 53 asks of itself only its own load balancers; anything else needs a health check by id",
              remedy: `name one in groundplan:existing.${placement}.healthCheck`,
            },
          ]
        : []),
    ],
  };
}

/** https://cert-manager.io/docs/configuration/acme/dns01/: with the Secret's name and keys as external-dns has them. */
function challengeOf({ provider, secretName, project }: DnsSettings): Readonly<Record<string, unknown>> {
  const from = (key: string) => (secretName === undefined ? undefined : { name: secretName, key });
  const given = (fields: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  switch (provider) {
    case "aws":
      return {
        route53: given({
          // Route 53 has no regions: this one only says which partition.
          region: "us-east-1",
          accessKeyIDSecretRef: from("AWS_ACCESS_KEY_ID"),
          secretAccessKeySecretRef: from("AWS_SECRET_ACCESS_KEY"),
        }),
      };
    case "google":
      return { cloudDNS: given({ project, serviceAccountSecretRef: from("credentials.json") }) };
    case "cloudflare":
      return { cloudflare: given({ apiTokenSecretRef: from("CF_API_TOKEN") }) };
    case "digitalocean":
      return { digitalocean: given({ tokenSecretRef: from("DO_TOKEN") }) };
    default:
      return provider satisfies never;
  }
}

function routing({ settings, role, placement, region, healthCheck }: DnsArgs): Readonly<Record<string, string>> {
  const policies = {
    failover: { "aws-failover": role.toUpperCase() },
    latency: { "aws-region": region },
    weighted: { "aws-weight": "100" },
  } as const;
  return Object.fromEntries(
    Object.entries({
      "set-identifier": placement,
      ...policies[settings.policy],
      ...(healthCheck === undefined ? {} : { "aws-health-check-id": healthCheck }),
    }).map(([key, value]) => [`${PREFIX}/${key}`, value]),
  );
}

function valuesOf({ settings, system, placement, domain, routing }: DnsArgs): Readonly<Record<string, unknown>> {
  const { provider, zones, credentials, secretName, serviceAccountAnnotations, project } = settings;
  const isGoogle = provider === "google";
  return {
    provider: { name: provider },
    sources: [routing === "gateway" ? "gateway-httproute" : "ingress"],
    domainFilters: zones.length > 0 ? [...zones] : [domain],
    // Other systems' routes in this cluster are other systems' business.
    labelFilter: `app.kubernetes.io/part-of=${system}`,
    // Whose records they are, in every cluster that writes to the zone.
    txtOwnerId: `${system}-${placement}`,
    ...(Object.keys(serviceAccountAnnotations).length > 0
      ? { serviceAccount: { create: true, annotations: { ...serviceAccountAnnotations } } }
      : {}),
    ...(secretName === undefined || isGoogle
      ? {}
      : {
          env: credentials.map((variable) => ({
            name: variable,
            valueFrom: { secretKeyRef: { name: secretName, key: variable } },
          })),
        }),
    ...(secretName !== undefined && isGoogle
      ? {
          env: [{ name: "GOOGLE_APPLICATION_CREDENTIALS", value: "/var/run/google/credentials.json" }],
          extraVolumes: [{ name: "google", secret: { secretName } }],
          extraVolumeMounts: [{ name: "google", mountPath: "/var/run/google", readOnly: true }],
        }
      : {}),
    ...(project === undefined ? {} : { extraArgs: [`--google-project=${project}`] }),
  };
}

/** What a placement that does not answer the hosts lacks, where the authority's question is put to them. */
export function unansweredVerdict(placement: string): Degraded {
  return {
    feature: `certificates of ${placement} while the hosts lead to another placement`,
    reason: "the certificate authority asks whoever answers for the host",
    remedy: "set groundplan:kubernetes.dns: the question is then answered in the zone",
  };
}

/** What a cluster without external-dns leaves to its owner. */
export const NO_RECORDS: Degraded = {
  feature: "DNS records of the hosts",
  reason: "nothing in the cluster writes them",
  remedy: "set groundplan:kubernetes.dns, or point the hosts at the ingress by hand",
};
