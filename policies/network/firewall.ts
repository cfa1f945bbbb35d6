import { amount, at, isSet, isTrue, oneOrMany, type Props, text } from "../read";
import { type ResourceRule, type Rule, type RuleConfig, resourceRule } from "../rule";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

interface Opening {
  readonly direction: "ingress" | "egress";
  readonly protocol: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly world: boolean;
  readonly described: boolean;
  /** The start of a message. */
  readonly where: string;
}

/** A range that holds the whole of the internet, or one half of it: two halves are the whole, written to look narrower. */
export function isWorld(range: unknown): boolean {
  return /\/0*[01]$/.test(String(range));
}

function opening(direction: Opening["direction"], rule: unknown, where: string): Opening {
  const sources = ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"].flatMap((field) =>
    oneOrMany(at(rule, field)),
  );
  return {
    direction,
    protocol: String(at(rule, "protocol") ?? at(rule, "ipProtocol") ?? ""),
    from: amount(at(rule, "fromPort")),
    to: amount(at(rule, "toPort")),
    world: sources.some(isWorld),
    described: text(at(rule, "description")) !== undefined,
    where,
  };
}

/** What a security group, or one of the three rule resources, opens. */
function openings(type: string, props: Props): readonly Opening[] {
  if (type === INGRESS) return [opening("ingress", props, "")];
  if (type === EGRESS) return [opening("egress", props, "")];
  if (type === RULE) return [opening(props.type === "egress" ? "egress" : "ingress", props, "")];
  return (["ingress", "egress"] as const).flatMap((direction) =>
    oneOrMany(props[direction]).map((rule, index) => opening(direction, rule, `${direction}[${index}]: `)),
  );
}

const isAll = (protocol: string): boolean => protocol === "-1" || protocol === "all";

type Facts<C extends object> = Omit<ResourceRule<C>, "check" | "resources">;

function firewallRule<C extends object = RuleConfig>(
  facts: Facts<C>,
  direction: Opening["direction"] | "both",
  problem: (opening: Opening, config: C) => string | undefined,
): Rule {
  return resourceRule<C>({
    ...facts,
    resources: [GROUP, RULE, INGRESS, EGRESS].filter((type) =>
      direction === "both" ? true : type !== (direction === "ingress" ? EGRESS : INGRESS),
    ),
    check({ type, props }, report, config) {
      for (const entry of openings(type, props)) {
        if (direction !== "both" && entry.direction !== direction) continue;
        const found = problem(entry, config);
        if (found !== undefined) report(entry.where + found);
      }
    },
  });
}

const CLOSED_PORTS = [22, 3389, 5432, 3306, 6379, 6333, 9200, 11211, 2375, 2376];
const portsConfig = {
  properties: { ports: { type: "array" as const, items: { type: "integer" as const }, default: CLOSED_PORTS } },
  defaults: { ports: CLOSED_PORTS },
};

export const worldPorts = firewallRule<{ readonly ports: readonly number[] }>(
  {
    id: "security-group-no-world-ingress",
    title: "Security groups open no administrative or data port to the world",
    severity: "critical",
    level: "mandatory",
    fix: "Name the security group or the CIDR that needs the port instead of 0.0.0.0/0 or ::/0.",
    sources: ["CKV_AWS_24", "CKV_AWS_25", "EC2.13", "EC2.14"],
    config: portsConfig,
  },
  "ingress",
  ({ protocol, from, to, world }, { ports }) => {
    if (!world || isAll(protocol)) return undefined;
    const open = ports.filter((port) => (from ?? 0) <= port && port <= (to ?? 65_535));
    return open.length > 0 ? `port ${open.join(", ")} is open to the world` : undefined;
  },
);

export const allProtocols = firewallRule(
  {
    id: "security-group-no-all-protocols",
    title: "Security groups let in no traffic of every protocol",
    severity: "high",
    level: "mandatory",
    fix: "Name the protocol and the ports.",
    sources: ["CKV_AWS_277"],
  },
  "ingress",
  ({ protocol }) => (isAll(protocol) ? "protocol is -1, every protocol and port" : undefined),
);

export const described = firewallRule(
  {
    id: "security-group-rules-described",
    title: "Every security group rule says what it is for",
    severity: "low",
    level: "mandatory",
    fix: "Set description.",
    sources: ["CKV_AWS_23"],
  },
  "both",
  (entry) => (entry.described ? undefined : "description is not set"),
);

export const worldEgress = firewallRule(
  {
    id: "security-group-world-egress",
    title: "Security groups do not let everything out",
    severity: "low",
    level: "advisory",
    fix: "Name the ports and destinations the group needs.",
    sources: ["CKV_AWS_382"],
  },
  "egress",
  ({ protocol, world }) => (world && isAll(protocol) ? "every protocol is open to the world" : undefined),
);

export const gcpWorld = resourceRule<{ readonly ports: readonly number[] }>({
  id: "gcp-firewall-no-world-ingress",
  title: "Google firewalls open no administrative or data port to the world",
  severity: "critical",
  level: "mandatory",
  fix: "Name sourceRanges, source service accounts or IAP's range 35.235.240.0/20.",
  sources: ["CKV_GCP_2", "CKV_GCP_3", "CKV2_GCP_12"],
  config: portsConfig,
  resources: ["gcp:compute/firewall:Firewall"],
  check({ props, notApplicable }, report, { ports }) {
    if (props.direction === "EGRESS") notApplicable("The rule is for egress");
    if (isTrue(props.disabled)) notApplicable("The rule is disabled");
    const ranges = oneOrMany(props.sourceRanges);
    const narrowed = isSet(at(props.sourceTags, 0)) || isSet(at(props.sourceServiceAccounts, 0));
    if (!ranges.some(isWorld) && (ranges.length > 0 || narrowed)) return;
    oneOrMany(props.allows).forEach((allow, index) => {
      const protocol = String(at(allow, "protocol"));
      const named = oneOrMany(at(allow, "ports")).map(String);
      if (protocol === "icmp") return;
      const open =
        named.length === 0 ? ["every port"] : ports.filter((port) => named.some((range) => holds(range, port)));
      if (open.length > 0) report(`allows[${index}]: ${open.join(", ")} of ${protocol} is open to the world`);
    });
  },
});

function holds(range: string, port: number): boolean {
  const [from, to = from] = range.split("-").map(Number);
  return from !== undefined && to !== undefined && from <= port && port <= to;
}

export const firewallRules: readonly Rule[] = [worldPorts, allProtocols, described, worldEgress, gcpWorld];
