import { one } from "../cases";
import { balancer, soundBalancer } from "../fixtures";
import { DELETE, type TestResource } from "../harness";
import { allows, bounded, type Further, leaves, refuses } from "./build";

const group = one("aws:ec2/securityGroup:SecurityGroup", { ingress: [], egress: [] });
const world = (from: number, to = from) => [{ protocol: "tcp", fromPort: from, toPort: to, cidrBlocks: ["0.0.0.0/0"] }];
const firewall = one("gcp:compute/firewall:Firewall", { sourceRanges: ["0.0.0.0/0"], allows: [] });
const tcp = (...ports: readonly string[]) => [{ protocol: "tcp", ports }];
const PORTS = [22, 3389, 5432, 3306, 6379, 6333, 9200, 11211, 2375, 2376];
const associated: TestResource = {
  type: "aws:wafv2/webAclAssociation:WebAclAssociation",
  props: { resourceArn: "arn:lb" },
};

export const network: Further = {
  "security-group-rules-described": [
    refuses(one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", { description: "Out" }), "description", [
      [DELETE, "description is not set"],
    ]),
  ],
  "security-group-no-world-ingress": [
    refuses(
      group,
      "ingress",
      PORTS.map((port) => [world(port), `ingress[0]: port ${port} is open to the world`]),
    ),
    allows(group, "ingress", [...PORTS.map((port) => world(port + 10, port + 11)), world(443)]),
    refuses(group, "ingress", [
      [[{ protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }], `ingress[0]: port ${PORTS.join(", ")} is open to the world`],
    ]),
    refuses(
      group,
      "ingress",
      [
        [
          [{ protocol: "tcp", fromPort: 65_000, cidrBlocks: ["0.0.0.0/0"] }],
          "ingress[0]: port 65535 is open to the world",
        ],
      ],
      { ports: [65_535] },
    ),
  ],
  "security-group-no-all-protocols": [
    refuses(group, "ingress", [[[{ protocol: "all" }], "ingress[0]: protocol is -1, every protocol and port"]]),
    allows(group, "egress", [[{ protocol: "-1" }]]),
  ],
  "gcp-firewall-no-world-ingress": [
    refuses(
      firewall,
      "allows",
      PORTS.flatMap((port) =>
        [`${port}`, `${port}-${port + 1}`, `${port - 1}-${port}`].map(
          (range) =>
            [
              tcp(range),
              `allows[0]: ${PORTS.filter((each) => inRange(range, each)).join(", ")} of tcp is open to the world`,
            ] as const,
        ),
      ),
    ),
    refuses(firewall, "allows", [
      [tcp(), "allows[0]: every port of tcp is open to the world"],
      [tcp("443", "22"), "allows[0]: 22 of tcp is open to the world"],
    ]),
    allows(firewall, "allows", [tcp("443"), [{ protocol: "icmp" }]]),
    leaves(
      firewall,
      ...[{ direction: "EGRESS" }, { disabled: true }].map((more) => ({
        type: "gcp:compute/firewall:Firewall",
        props: { ...more, sourceRanges: ["0.0.0.0/0"], allows: tcp("22") },
      })),
    ),
    allows(one("gcp:compute/firewall:Firewall", { sourceTags: ["bastion"], allows: tcp("22") }), "priority", [1]),
    allows(
      one("gcp:compute/firewall:Firewall", { sourceServiceAccounts: ["a@b"], allows: tcp("22") }),
      "priority",
      [1],
    ),
    refuses(one("gcp:compute/firewall:Firewall", { sourceRanges: ["10.0.0.0/8"], allows: tcp("22") }), "sourceRanges", [
      [["10.0.0.0/8", "0.0.0.0/0"], "allows[0]: 22 of tcp is open to the world"],
      [["203.0.113.9/0"], "allows[0]: 22 of tcp is open to the world"],
      [["0.0.0.0/1", "128.0.0.0/1"], "allows[0]: 22 of tcp is open to the world"],
    ]),
  ],
  "alb-drops-invalid-headers": [leaves([soundBalancer], balancer("network"), balancer("gateway"))],
  "alb-desync-mitigation": [leaves([soundBalancer], balancer("network"), balancer("gateway"))],
  "alb-waf": [leaves([soundBalancer, associated], balancer("network"), { ...balancer(), props: { internal: true } })],
  "response-headers-strict-transport": [
    ...bounded(
      [["aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "securityHeadersConfig"]],
      {
        strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000, includeSubdomains: true, override: true },
      },
      {
        strictTransportSecurity: { accessControlMaxAgeSec: 31_535_999, includeSubdomains: true, override: true },
      },
      () => "accessControlMaxAgeSec is 31535999, not a year or more",
    ),
  ],
  "cloud-armor-log4j": [
    leaves(
      one("gcp:compute/securityPolicy:SecurityPolicy", {
        type: "CLOUD_ARMOR",
        rules: [{ action: "deny(403)", match: { expr: { expression: "evaluatePreconfiguredWaf('cve-canary')" } } }],
      }),
      ...one("gcp:compute/securityPolicy:SecurityPolicy", { type: "CLOUD_ARMOR_EDGE" }),
    ),
    refuses(
      one("gcp:compute/securityPolicy:SecurityPolicy", {
        type: "CLOUD_ARMOR",
        rules: [{ action: "deny(403)", match: { expr: { expression: "evaluatePreconfiguredWaf('cve-canary')" } } }],
      }),
      "rules.0.match.expr.expression",
      [["evaluatePreconfiguredWaf('xss-v33-stable')", "no enforced rule denies cve-canary"]],
    ),
  ],
  "gcp-subnet-flow-logs": [
    leaves(
      one("gcp:compute/subnetwork:Subnetwork", { purpose: "PRIVATE", logConfig: {} }),
      ...one("gcp:compute/subnetwork:Subnetwork", { purpose: "REGIONAL_MANAGED_PROXY" }),
    ),
    refuses(one("gcp:compute/subnetwork:Subnetwork", { purpose: "PRIVATE", logConfig: {} }), "logConfig", [
      [DELETE, "logConfig is not set"],
    ]),
  ],
  "gcp-subnet-private-access": [
    leaves(
      one("gcp:compute/subnetwork:Subnetwork", { purpose: "PRIVATE", privateIpGoogleAccess: true }),
      ...one("gcp:compute/subnetwork:Subnetwork", { purpose: "REGIONAL_MANAGED_PROXY" }),
    ),
    refuses(
      one("gcp:compute/subnetwork:Subnetwork", { purpose: "PRIVATE", privateIpGoogleAccess: true }),
      "privateIpGoogleAccess",
      [[false, "privateIpGoogleAccess is false, not true"]],
    ),
  ],
  "elasticache-own-subnet-group": [
    leaves(
      one("aws:elasticache/replicationGroup:ReplicationGroup", { subnetGroupName: "data" }),
      ...one("aws:elasticache/cluster:Cluster", { replicationGroupId: "main" }),
    ),
  ],
};

function inRange(range: string, port: number): boolean {
  const [from = 0, to = from] = range.split("-").map(Number);
  return from <= port && port <= to;
}
