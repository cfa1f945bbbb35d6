import { at, isTrue, list, oneOrMany, shown, text } from "../read";
import { type Rule, resourceRule } from "../rule";
import { mustBeOneOf } from "../simple";

const DISTRIBUTION = ["aws:cloudfront/distribution:Distribution"];
const HTTPS_POLICIES = ["redirect-to-https", "https-only"];

export const cloudFrontViewers = resourceRule({
  id: "cloudfront-https-viewers",
  title: "CloudFront serves viewers over HTTPS only",
  severity: "high",
  level: "mandatory",
  fix: "Set viewerProtocolPolicy: redirect-to-https or https-only on every cache behavior.",
  sources: ["CKV_AWS_34", "CloudFront.3"],
  resources: DISTRIBUTION,
  check({ props }, report) {
    const verify = (behavior: unknown, where: string): void => {
      const policy = at(behavior, "viewerProtocolPolicy");
      if (!HTTPS_POLICIES.some((allowed) => allowed === policy))
        report(`${where}.viewerProtocolPolicy is ${shown(policy)}`);
    };
    verify(props.defaultCacheBehavior, "defaultCacheBehavior");
    list(props.orderedCacheBehaviors).forEach((behavior, index) => {
      verify(behavior, `orderedCacheBehaviors[${index}]`);
    });
  },
});

export const cloudFrontTls = resourceRule({
  id: "cloudfront-tls-1-2",
  title: "CloudFront takes TLS 1.2 or later only",
  severity: "high",
  level: "mandatory",
  fix: "Use a certificate of your own with viewerCertificate.minimumProtocolVersion: TLSv1.2_2021.",
  sources: ["CKV_AWS_174"],
  resources: DISTRIBUTION,
  check({ props }, report) {
    const certificate = props.viewerCertificate;
    // With CloudFront's own certificate the minimum is TLSv1 whatever is asked for.
    if (isTrue(at(certificate, "cloudfrontDefaultCertificate"))) {
      report("viewerCertificate is CloudFront's own, which allows TLS 1.0");
      return;
    }
    const minimum = text(at(certificate, "minimumProtocolVersion")) ?? "";
    if (!/^TLSv1\.[23](_|$)/.test(minimum))
      report(`viewerCertificate.minimumProtocolVersion is ${shown(minimum || undefined)}`);
  },
});

export const cloudFrontOrigins = resourceRule({
  id: "cloudfront-https-origins",
  title: "CloudFront reaches its origins over HTTPS with TLS 1.2",
  severity: "high",
  level: "mandatory",
  fix: "Set customOriginConfig.originProtocolPolicy: https-only and originSslProtocols: [TLSv1.2].",
  sources: ["CKV2_AWS_72", "CloudFront.9"],
  resources: DISTRIBUTION,
  check({ props }, report) {
    oneOrMany(props.origins).forEach((origin, index) => {
      const config = at(origin, "customOriginConfig");
      if (config === undefined || config === null) return;
      const policy = at(config, "originProtocolPolicy");
      if (policy !== "https-only")
        report(`origins[${index}].customOriginConfig.originProtocolPolicy is ${shown(policy)}`);
      const weak = list(at(config, "originSslProtocols")).filter(
        (protocol) => protocol !== "TLSv1.2" && protocol !== "TLSv1.3",
      );
      if (weak.length > 0) report(`origins[${index}].customOriginConfig.originSslProtocols allows ${weak.join(", ")}`);
    });
  },
});

const LISTENER = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];

export const listenerTls = resourceRule({
  id: "lb-listener-tls-1-2",
  title: "Load balancer listeners take TLS 1.2 or later only",
  severity: "high",
  level: "mandatory",
  fix: "Set sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06, or ELBSecurityPolicy-TLS13-1-3-2021-06 for TLS 1.3 alone.",
  sources: ["CKV_AWS_103", "CKV2_AWS_74", "ELB.17"],
  resources: LISTENER,
  check({ props, notApplicable }, report) {
    if (props.protocol !== "HTTPS" && props.protocol !== "TLS") notApplicable("The listener does not end TLS");
    const policy = text(props.sslPolicy) ?? "";
    if (!/^ELBSecurityPolicy-(TLS13-1-[23]-|TLS-1-2-|FS-1-2-)/.test(policy) || /-Ext\d?-/.test(policy)) {
      report(`sslPolicy is ${shown(policy || undefined)}, which is not one of TLS 1.2 or later with forward secrecy`);
    }
  },
});

export const httpRedirects = resourceRule({
  id: "lb-http-redirects",
  title: "Plain HTTP listeners only redirect to HTTPS",
  severity: "high",
  level: "mandatory",
  fix: "Make the default action of the port 80 listener a redirect to HTTPS.",
  sources: ["CKV2_AWS_20", "CKV_AWS_2", "ELB.1"],
  resources: LISTENER,
  check({ props, notApplicable }, report) {
    if (props.protocol !== "HTTP") notApplicable("The listener is not plain HTTP");
    oneOrMany(props.defaultActions).forEach((action, index) => {
      if (at(action, "type") !== "redirect" || at(action, "redirect", "protocol") !== "HTTPS") {
        report(`defaultActions[${index}] is ${shown(at(action, "type"))}, not a redirect to HTTPS`);
      }
    });
  },
});

export const gcpSslPolicy = mustBeOneOf(
  {
    id: "gcp-ssl-policy-tls-1-2",
    title: "Google load balancers' TLS policies start at TLS 1.2",
    severity: "high",
    level: "mandatory",
    fix: "Set minTlsVersion: TLS_1_2.",
    sources: ["CKV_GCP_4"],
    resources: ["gcp:compute/sSLPolicy:SSLPolicy", "gcp:compute/regionSslPolicy:RegionSslPolicy"],
  },
  ["minTlsVersion"],
  ["TLS_1_2", "TLS_1_3"],
);

export const gcpProxyPolicy = resourceRule({
  id: "gcp-https-proxy-has-tls-policy",
  title: "Google HTTPS proxies have a TLS policy",
  description: "The default policy allows TLS 1.0",
  severity: "medium",
  level: "mandatory",
  fix: "Set sslPolicy to an SSLPolicy with minTlsVersion TLS_1_2.",
  sources: ["CKV_GCP_4"],
  resources: [
    "gcp:compute/targetHttpsProxy:TargetHttpsProxy",
    "gcp:compute/regionTargetHttpsProxy:RegionTargetHttpsProxy",
    "gcp:compute/targetSSLProxy:TargetSSLProxy",
  ],
  check({ props }, report) {
    if (text(props.sslPolicy) === undefined) report("sslPolicy is not set");
  },
});

export const edgeRules: readonly Rule[] = [
  cloudFrontViewers,
  cloudFrontTls,
  cloudFrontOrigins,
  listenerTls,
  httpRedirects,
  gcpSslPolicy,
  gcpProxyPolicy,
];
