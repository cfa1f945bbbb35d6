import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { makeLogGroup } from "../../aws/logGroup";
import { namePrefix } from "../../aws/names";
import type { Context } from "../../context";
import type { Make } from "../../make";

type Rule = aws.types.input.wafv2.WebAclRule;

export interface WebFirewallArgs {
  readonly context: Context;
  /** The load balancer it stands before. @default a distribution of CloudFront, which names it */
  readonly loadBalancerArn?: pulumi.Input<string>;
  readonly logsKeyArn: pulumi.Input<string>;
  /** Requests one address may make in five minutes. Undefined: the addresses are a CDN's, which counts for itself. */
  readonly rateLimit: number | undefined;
}

/** Where the spec sets no limit: far above a person, below a scanner. */
export const DEFAULT_RATE_LIMIT = 10_000;
const RATE_WINDOW_SECONDS = 300;

/** https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html */
const MANAGED_GROUPS: readonly { readonly name: string; readonly count?: readonly string[] }[] = [
  { name: "AWSManagedRulesAmazonIpReputationList" },
  // Of a form these would be attacks. What APIs are sent all day are files over 8 KiB, pages of HTML, and addresses to
  // fetch, some of them bare: counted, so that a person sees them, and judged by the application that knows its own.
  {
    name: "AWSManagedRulesCommonRuleSet",
    count: ["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericRFI_BODY", "GenericRFI_QUERYARGUMENTS"],
  },
  { name: "AWSManagedRulesKnownBadInputsRuleSet" },
];
const LOG_GROUP_NAME = { maxLength: 512, allowed: /[A-Za-z0-9_./-]/, keepCase: true } as const;

/** A web application firewall before a load balancer or a CDN: managed rules, a rate limit, and a log without credentials. */
export function makeWebFirewall(make: Make, args: WebFirewallArgs): aws.wafv2.WebAcl {
  const { context } = args;
  const acl = make(aws.wafv2.WebAcl, "firewall", {
    description: `Edge of ${context.system} in ${context.placement}`,
    scope: args.loadBalancerArn === undefined ? "CLOUDFRONT" : "REGIONAL",
    defaultAction: { allow: {} },
    rules: [...(args.rateLimit === undefined ? [] : [rateRule(args.rateLimit)]), ...MANAGED_GROUPS.map(managedRule)],
    visibilityConfig: visibility("edge"),
    tags: context.tags,
  });
  if (args.loadBalancerArn !== undefined) {
    const association = { resourceArn: args.loadBalancerArn, webAclArn: acl.arn };
    make(aws.wafv2.WebAclAssociation, "firewall-association", association);
  }
  const logs = makeLogGroup(make, "firewall-logs", {
    context,
    // WAF writes to groups of this prefix only. https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    namePrefix: `aws-waf-logs-${namePrefix(LOG_GROUP_NAME, [context.system, context.placement])}`,
    keyArn: args.logsKeyArn,
  });
  make(aws.wafv2.WebAclLoggingConfiguration, "firewall-logging", {
    resourceArn: acl.arn,
    logDestinationConfigs: [logs.arn],
    redactedFields: ["authorization", "cookie", "x-api-key"].map((name) => ({ singleHeader: { name } })),
  });
  return acl;
}

function rateRule(limit: number): Rule {
  return {
    name: "rate-limit",
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit, aggregateKeyType: "IP", evaluationWindowSec: RATE_WINDOW_SECONDS } },
    visibilityConfig: visibility("rate-limit"),
  };
}

function managedRule(group: (typeof MANAGED_GROUPS)[number], index: number): Rule {
  const overrides = (group.count ?? []).map((name) => ({ name, actionToUse: { count: {} } }));
  return {
    name: group.name,
    priority: index + 1,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: group.name,
        ...(overrides.length > 0 ? { ruleActionOverrides: overrides } : {}),
      },
    },
    visibilityConfig: visibility(group.name),
  };
}

function visibility(metricName: string) {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}
