import * as gcp from "@pulumi/gcp";
import type { EdgeSpec } from "../../../systems/spec";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { labelsOf } from "../labels";

type Rule = gcp.types.input.compute.SecurityPolicyRule;

/** Where the spec sets no limit: far above a person, below a scanner. */
export const DEFAULT_RATE_LIMIT = 10_000;
const RATE_WINDOW_SECONDS = 300;
/** The shortest time Cloud Armor counts over. https://docs.cloud.google.com/armor/docs/rate-limiting-overview */
const BURST_WINDOW_SECONDS = 10;

/** The first rules that match decide: refusals come first, because a rate limit lets through whoever keeps to it. */
const FIRST_PRIORITY = 1_000;
const RATE_PRIORITY = 2_000_000;
const DEFAULT_PRIORITY = 2_147_483_647;

/** https://docs.cloud.google.com/armor/docs/waf-rules */
const PRECONFIGURED: readonly { readonly name: string; readonly expression: string }[] = [
  // Log4Shell and its like.
  { name: "known exploits", expression: "evaluatePreconfiguredWaf('cve-canary')" },
  ...["sqli", "xss", "lfi", "rfi", "rce", "scannerdetection", "protocolattack", "sessionfixation", "nodejs"].map(
    // Level 1 knows an attack by its form alone; higher levels refuse much that is none.
    (name) => ({ name, expression: `evaluatePreconfiguredWaf('${name}-v33-stable', {'sensitivity': 1})` }),
  ),
];

/** A Cloud Armor policy before the load balancer: Google's own rules, and a limit per client. */
export function makeWebFirewall(make: Make, context: Context, edge: EdgeSpec): gcp.compute.SecurityPolicy {
  return make(gcp.compute.SecurityPolicy, "firewall", {
    description: `Edge of ${context.system} (${context.environment})`,
    type: "CLOUD_ARMOR",
    rules: securityRules(edge),
    adaptiveProtectionConfig: { layer7DdosDefenseConfig: { enable: true, ruleVisibility: "STANDARD" } },
    advancedOptionsConfig: { jsonParsing: "STANDARD", logLevel: "NORMAL" },
    labels: labelsOf(context.tags),
  });
}

export function securityRules(edge: Pick<EdgeSpec, "rateLimit" | "requestsPerSecond">): Rule[] {
  return [
    ...PRECONFIGURED.map(({ name, expression }, index) => ({
      action: "deny(403)",
      priority: FIRST_PRIORITY + index * 10,
      description: `Refuses ${name}`,
      match: { expr: { expression } },
    })),
    rateRule(edge),
    {
      action: "allow",
      priority: DEFAULT_PRIORITY,
      description: "Everything else",
      match: everyone(),
    },
  ];
}

/** One rule holds both limits, as the first that lets a request through ends the list: bursts, and the long run. */
function rateRule({
  rateLimit = DEFAULT_RATE_LIMIT,
  requestsPerSecond,
}: Pick<EdgeSpec, "rateLimit" | "requestsPerSecond">): Rule {
  const longRun = { count: rateLimit, intervalSec: RATE_WINDOW_SECONDS };
  const options = { conformAction: "allow", exceedAction: "deny(429)", enforceOnKey: "IP" };
  return requestsPerSecond === undefined
    ? {
        action: "throttle",
        priority: RATE_PRIORITY,
        description: "Limits each client",
        match: everyone(),
        rateLimitOptions: { ...options, rateLimitThreshold: longRun },
      }
    : {
        action: "rate_based_ban",
        priority: RATE_PRIORITY,
        description: "Limits each client, and bans who goes on",
        match: everyone(),
        rateLimitOptions: {
          ...options,
          rateLimitThreshold: { count: requestsPerSecond * BURST_WINDOW_SECONDS, intervalSec: BURST_WINDOW_SECONDS },
          banThreshold: longRun,
          banDurationSec: RATE_WINDOW_SECONDS,
        },
      };
}

function everyone(): Rule["match"] {
  return { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } };
}
