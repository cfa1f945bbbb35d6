import { expect } from "chai";
import { responseHeaders } from "../../../components/edge/cdn/plan";
import type { Plan } from "../../../engine";
import { named, ofType, planAws } from "../../stacks/awsPlan";
import { at } from "../../stacks/gcpPlan";

const ZONE = "Z0123456789ABCDEFGHIJ";
const CHANGES = { "groundplan:existing": { us: { zone: ZONE } } };

describe("response headers of the CDN", () => {
  it("puts what CloudFront has settings for there, and the rest beside it", () => {
    const { securityHeadersConfig, customHeadersConfig } = responseHeaders({
      "X-Frame-Options": "deny",
      "X-XSS-Protection": "1; mode=block",
      "Permissions-Policy": "camera=()",
    });
    expect(securityHeadersConfig.frameOptions.frameOption).to.equal("DENY");
    expect(securityHeadersConfig.xssProtection).to.deep.equal({ protection: true, modeBlock: true, override: true });
    expect(securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec).to.equal(31_536_000);
    expect(customHeadersConfig?.items.map(({ header }) => header)).to.deep.equal(["Permissions-Policy"]);
  });
});

describe("CDN of webclone-pro, global, on aws", function () {
  this.timeout(120_000);
  let plan: Plan;
  before(async () => {
    ({ plan } = await planAws("simulate", CHANGES, "prod"));
  });

  it("takes TLS 1.2 and later and reaches its origin by HTTPS, under a certificate of us-east-1", () => {
    const { inputs, provider, placement } = named(plan, "edge-cdn-distribution");
    expect(placement).to.equal("edge");
    expect(provider).to.match(/::edge-aws$/);
    expect(named(plan, "edge-aws").inputs.region).to.equal("us-east-1");
    expect(at(inputs, "viewerCertificate.minimumProtocolVersion")).to.equal("TLSv1.2_2021");
    expect(at(inputs, "viewerCertificate.acmCertificateArn")).to.match(/^arn:aws:acm:us-east-1:/);
    expect(at(inputs, "origins.0.domainName")).to.equal("cdn-origin.webclone.example.com");
    expect(at(inputs, "origins.0.customOriginConfig")).to.deep.include({
      originProtocolPolicy: "https-only",
      originSslProtocols: ["TLSv1.2"],
    });
  });

  it("keeps only what never changes, each host's apart", () => {
    const { inputs } = named(plan, "edge-cdn-distribution");
    expect(at(inputs, "orderedCacheBehaviors.0.pathPattern")).to.equal("/_next/static/*");
    expect(at(inputs, "orderedCacheBehaviors.0.cachePolicyId")).to.not.equal(
      at(inputs, "defaultCacheBehavior.cachePolicyId"),
    );
    const key = at(named(plan, "edge-cdn-static").inputs, "parametersInCacheKeyAndForwardedToOrigin.headersConfig");
    expect(key).to.deep.equal({ headerBehavior: "whitelist", headers: { items: ["Host"] } });
  });

  it("lets nobody around it: every rule wants the token, which is in no plan and in one secret", async () => {
    const { raw } = await planAws("simulate", CHANGES, "prod");
    const rules = ofType(plan, "aws:lb/listenerRule:ListenerRule");
    expect(rules.map(({ name }) => name.slice(0, 3))).to.have.members(["us-", "eu-"]);
    for (const { inputs, name } of rules) {
      expect(at(inputs, "conditions.2.httpHeader.httpHeaderName"), name).to.equal("x-origin-verify");
      expect(at(inputs, "conditions.2.httpHeader.values.0"), name).to.not.be.a("string");
    }
    expect(raw.filter(({ name }) => name.endsWith("origin-token")).map(({ name }) => name)).to.deep.equal([
      "us-edge-origin-token",
    ]);
    expect(ofType(plan, "aws:secretsmanager/secret:Secret").filter(({ name }) => /origin/.test(name))).to.have.length(
      1,
    );
  });

  it("counts clients at the edge, where their addresses are seen, and logs both firewalls", () => {
    const acls = ofType(plan, "aws:wafv2/webAcl:WebAcl");
    const limited = (inputs: unknown) => JSON.stringify(at(inputs, "rules")).includes("rateBasedStatement");
    expect(acls.map(({ name, inputs }) => [name, inputs.scope, limited(inputs)])).to.have.deep.members([
      ["us-edge-firewall", "REGIONAL", false],
      ["eu-edge-firewall", "REGIONAL", false],
      ["edge-cdn-firewall", "CLOUDFRONT", true],
    ]);
    expect(ofType(plan, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")).to.have.length(3);
    expect(ofType(plan, "aws:cloudwatch/logDelivery:LogDelivery")).to.have.length(1);
  });

  it("answers for the hosts, and the nearest load balancer for its origin", () => {
    const records = ofType(plan, "aws:route53/record:Record").filter(({ name }) => !name.includes("validation"));
    expect(records.map(({ inputs }) => [inputs.name, inputs.type, inputs.setIdentifier])).to.have.deep.members([
      ["webclone.example.com", "A", undefined],
      ["webclone.example.com", "AAAA", undefined],
      ["cdn-origin.webclone.example.com", "A", "us"],
      ["cdn-origin.webclone.example.com", "A", "eu"],
    ]);
  });

  it("names the zone it would need where none is named", async () => {
    const { plan: bare } = await planAws("preview", {}, "prod");
    expect(ofType(bare, "aws:cloudfront/distribution:Distribution")).to.deep.equal([]);
    const verdicts = bare.degraded.filter(({ feature }) => feature === "a CDN before the load balancer");
    expect(verdicts.map(({ remedy }) => remedy)).to.have.members([
      "set groundplan:existing.us.zone",
      "set groundplan:existing.eu.zone",
    ]);
  });
});
