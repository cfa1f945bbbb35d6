import { type CaseTable, chosen, flag, missing, one } from "../cases";
import { DELETE, type TestResource } from "../harness";

const bucket: readonly TestResource[] = [
  { type: "aws:s3/bucket:Bucket", name: "shop", props: { bucket: "shop" } },
  {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    props: {
      bucket: "shop",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
  },
];
const distribution = one("aws:cloudfront/distribution:Distribution", {
  webAclId: "acl",
  origins: [{ originAccessControlId: "oac" }, { customOriginConfig: {} }],
  defaultCacheBehavior: { responseHeadersPolicyId: "headers" },
  orderedCacheBehaviors: [{ responseHeadersPolicyId: "headers" }],
});
const HSTS = "securityHeadersConfig.strictTransportSecurity";
const balancer: readonly TestResource[] = [
  {
    type: "aws:lb/loadBalancer:LoadBalancer",
    props: { arn: "arn:lb", dropInvalidHeaderFields: true, desyncMitigationMode: "defensive" },
  },
  { type: "aws:wafv2/webAclAssociation:WebAclAssociation", props: { resourceArn: "arn:lb" } },
];
const armor = one("gcp:compute/securityPolicy:SecurityPolicy", {
  rules: [{ action: "deny(403)", match: { expr: { expression: "evaluatePreconfiguredWaf('cve-canary')" } } }],
});
const proxy: readonly TestResource[] = [
  { type: "gcp:compute/targetHttpProxy:TargetHttpProxy", props: { urlMap: "redirect" } },
  { type: "gcp:compute/uRLMap:URLMap", props: { id: "redirect", defaultUrlRedirect: { httpsRedirect: true } } },
];

export const table: CaseTable = {
  "s3-public-access-blocked": {
    base: bucket,
    fails: ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((field) => ({
      at: field,
      to: false,
      on: 1,
      message: `${field} is false, not true`,
    })),
    unknown: [{ at: "blockPublicPolicy", on: 1 }],
  },
  "s3-bucket-has-public-access-block": {
    base: bucket,
    fails: [{ at: "", to: DELETE, on: 1, message: "no BucketPublicAccessBlock names the bucket" }],
    unknown: [{ at: "bucket", on: 1 }],
  },
  "gcs-public-access-prevented": chosen(
    one("gcp:storage/bucket:Bucket", { publicAccessPrevention: "enforced" }),
    "publicAccessPrevention",
    "inherited",
    "enforced",
  ),
  "cloudfront-waf": missing(distribution, "webAclId"),
  "cloudfront-origin-access-control": {
    base: distribution,
    fails: [
      { at: "origins.0.originAccessControlId", to: DELETE, message: "origins[0].originAccessControlId is not set" },
    ],
    unknown: ["origins.0.originAccessControlId"],
  },
  "cloudfront-security-headers": {
    base: distribution,
    fails: [
      {
        at: "defaultCacheBehavior.responseHeadersPolicyId",
        to: DELETE,
        message: "defaultCacheBehavior.responseHeadersPolicyId is not set",
      },
      {
        at: "orderedCacheBehaviors.0.responseHeadersPolicyId",
        to: DELETE,
        message: "orderedCacheBehaviors[0].responseHeadersPolicyId is not set",
      },
    ],
    unknown: ["defaultCacheBehavior.responseHeadersPolicyId"],
  },
  "response-headers-strict-transport": {
    base: one("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", {
      securityHeadersConfig: {
        strictTransportSecurity: { accessControlMaxAgeSec: 31536000, includeSubdomains: true, override: true },
      },
    }),
    fails: [
      {
        at: `${HSTS}.accessControlMaxAgeSec`,
        to: 300,
        message: "accessControlMaxAgeSec is 300, not a year or more",
      },
      { at: `${HSTS}.includeSubdomains`, to: false, message: "includeSubdomains is not true" },
      { at: `${HSTS}.override`, to: false, message: "override is not true" },
    ],
    unknown: [`${HSTS}.accessControlMaxAgeSec`],
  },
  "alb-drops-invalid-headers": flag(balancer, "dropInvalidHeaderFields"),
  "alb-desync-mitigation": chosen(balancer, "desyncMitigationMode", "monitor", "defensive or strictest"),
  "alb-waf": {
    base: balancer,
    fails: [{ at: "", to: DELETE, on: 1, message: "no WebAclAssociation names the load balancer" }],
    unknown: [{ at: "resourceArn", on: 1 }],
  },
  "cloud-armor-log4j": {
    base: armor,
    fails: [
      { at: "rules.0.action", to: "allow", message: "no enforced rule denies cve-canary" },
      { at: "rules.0.preview", to: true, message: "no enforced rule denies cve-canary" },
      { at: "rules", to: [], message: "no enforced rule denies cve-canary" },
    ],
    unknown: ["rules"],
  },
  "gcp-http-proxy-redirects": {
    base: proxy,
    fails: [
      {
        at: "defaultUrlRedirect.httpsRedirect",
        to: false,
        on: 1,
        message: "its URL map does not redirect to HTTPS",
      },
      { at: "urlMap", to: "other", message: "its URL map does not redirect to HTTPS" },
    ],
    unknown: ["urlMap"],
  },
};
