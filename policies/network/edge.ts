import { at, isSet, isTrue, list, oneOrMany, shown, text } from "../read";
import { type Rule, resourceRule, stackRule } from "../rule";
import { mustBeOneOf, mustBeSet, mustBeTrue } from "../simple";
import { ofTypes, refersTo } from "../stack";

const DISTRIBUTION = ["aws:cloudfront/distribution:Distribution"];
const BALANCER = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const notAlb = ({ loadBalancerType }: Readonly<Record<string, unknown>>): string | undefined =>
  loadBalancerType === "network" || loadBalancerType === "gateway" ? "Only for application load balancers" : undefined;

export const cloudFrontWaf = mustBeSet(
  {
    id: "cloudfront-waf",
    title: "CloudFront distributions are behind a WAF",
    severity: "high",
    level: "mandatory",
    fix: "Set webAclId to a WAFv2 ACL of scope CLOUDFRONT.",
    sources: ["CKV_AWS_68", "CloudFront.6"],
    resources: DISTRIBUTION,
  },
  ["webAclId"],
);

export const originAccess = resourceRule({
  id: "cloudfront-origin-access-control",
  title: "CloudFront reaches S3 origins with origin access control",
  severity: "high",
  level: "mandatory",
  fix: "Set originAccessControlId on every S3 origin.",
  sources: ["CKV2_AWS_46", "CloudFront.13"],
  resources: DISTRIBUTION,
  check({ props }, report) {
    oneOrMany(props.origins).forEach((origin, index) => {
      if (isSet(at(origin, "customOriginConfig"))) return;
      if (!isSet(at(origin, "originAccessControlId"))) report(`origins[${index}].originAccessControlId is not set`);
    });
  },
});

export const securityHeaders = resourceRule({
  id: "cloudfront-security-headers",
  title: "CloudFront sends security headers",
  severity: "medium",
  level: "mandatory",
  fix: "Set responseHeadersPolicyId on every cache behavior.",
  sources: ["CKV2_AWS_32"],
  resources: DISTRIBUTION,
  check({ props }, report) {
    if (!isSet(at(props, "defaultCacheBehavior", "responseHeadersPolicyId"))) {
      report("defaultCacheBehavior.responseHeadersPolicyId is not set");
    }
    list(props.orderedCacheBehaviors).forEach((behavior, index) => {
      if (!isSet(at(behavior, "responseHeadersPolicyId"))) {
        report(`orderedCacheBehaviors[${index}].responseHeadersPolicyId is not set`);
      }
    });
  },
});

export const strictTransport = resourceRule({
  id: "response-headers-strict-transport",
  title: "Response header policies send HSTS for a year with subdomains",
  severity: "medium",
  level: "mandatory",
  fix: "Set strictTransportSecurity: accessControlMaxAgeSec 31536000, includeSubdomains and override true.",
  sources: ["CKV_AWS_259"],
  resources: ["aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"],
  check({ props }, report) {
    const hsts = at(props, "securityHeadersConfig", "strictTransportSecurity");
    const age = at(hsts, "accessControlMaxAgeSec");
    if (typeof age !== "number" || age < 31_536_000)
      report(`accessControlMaxAgeSec is ${shown(age)}, not a year or more`);
    if (!isTrue(at(hsts, "includeSubdomains"))) report("includeSubdomains is not true");
    if (!isTrue(at(hsts, "override"))) report("override is not true");
  },
});

export const invalidHeaders = mustBeTrue(
  {
    id: "alb-drops-invalid-headers",
    title: "Application load balancers drop invalid headers",
    severity: "medium",
    level: "mandatory",
    fix: "Set dropInvalidHeaderFields: true.",
    sources: ["CKV_AWS_131", "ELB.4"],
    resources: BALANCER,
  },
  ["dropInvalidHeaderFields"],
  { remediable: true, unless: notAlb },
);

export const desync = mustBeOneOf(
  {
    id: "alb-desync-mitigation",
    title: "Application load balancers mitigate request smuggling",
    severity: "medium",
    level: "mandatory",
    fix: "Set desyncMitigationMode: defensive or strictest.",
    sources: ["CKV_AWS_328", "ELB.12"],
    resources: BALANCER,
  },
  ["desyncMitigationMode"],
  ["defensive", "strictest"],
  { remediable: true, remedy: "defensive", unless: notAlb },
);

export const albWaf = stackRule({
  id: "alb-waf",
  title: "Public application load balancers are behind a WAF",
  severity: "high",
  level: "mandatory",
  fix: "Add a WebAclAssociation with the load balancer's ARN.",
  sources: ["CKV2_AWS_28", "ELB.16"],
  resources: BALANCER,
  checkStack({ resources }, report) {
    const associations = ofTypes(resources, ["aws:wafv2/webAclAssociation:WebAclAssociation"]);
    for (const balancer of ofTypes(resources, BALANCER)) {
      if (notAlb(balancer.props) !== undefined || isTrue(balancer.props.internal)) continue;
      if (!associations.some((association) => refersTo(association, "resourceArn", balancer, ["arn"]))) {
        report("no WebAclAssociation names the load balancer", balancer);
      }
    }
  },
});

export const log4j = resourceRule({
  id: "cloud-armor-log4j",
  title: "Cloud Armor policies carry the preconfigured rules, log4j's among them",
  severity: "medium",
  level: "mandatory",
  fix: "Add a rule evaluatePreconfiguredWaf('cve-canary') with action deny(403).",
  sources: ["CKV_GCP_73"],
  resources: ["gcp:compute/securityPolicy:SecurityPolicy"],
  check({ props, notApplicable }, report) {
    const type = text(props.type);
    if (type !== undefined && type !== "CLOUD_ARMOR") notApplicable("Only backend policies take preconfigured rules");
    const found = list(props.rules).some((rule) => {
      const expression = text(at(rule, "match", "expr", "expression")) ?? "";
      const denies = (text(at(rule, "action")) ?? "").startsWith("deny");
      return denies && !isTrue(at(rule, "preview")) && /cve-canary/.test(expression);
    });
    if (!found) report("no enforced rule denies cve-canary");
  },
});

const PROXY = [
  "gcp:compute/targetHttpProxy:TargetHttpProxy",
  "gcp:compute/regionTargetHttpProxy:RegionTargetHttpProxy",
];
const MAPS = ["gcp:compute/uRLMap:URLMap", "gcp:compute/regionUrlMap:RegionUrlMap"];

export const httpProxy = stackRule({
  id: "gcp-http-proxy-redirects",
  title: "Google HTTP proxies only redirect to HTTPS",
  severity: "high",
  level: "mandatory",
  fix: "Point urlMap at a URL map whose defaultUrlRedirect.httpsRedirect is true.",
  sources: ["CKV2_GCP_38"],
  resources: PROXY,
  checkStack({ resources }, report) {
    const maps = ofTypes(resources, MAPS);
    for (const proxy of ofTypes(resources, PROXY)) {
      const map = maps.find((candidate) => refersTo(proxy, "urlMap", candidate, ["id", "selfLink", "name"]));
      if (!map || !isTrue(at(map.props, "defaultUrlRedirect", "httpsRedirect"))) {
        report("its URL map does not redirect to HTTPS", proxy);
      }
    }
  },
});

export const edgeExposureRules: readonly Rule[] = [
  cloudFrontWaf,
  originAccess,
  securityHeaders,
  strictTransport,
  invalidHeaders,
  desync,
  albWaf,
  log4j,
  httpProxy,
];
