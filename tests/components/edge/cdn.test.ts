import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { originPathCode, priceClassFor, responseHeaders } from "../../../components/edge/cdn/plan";
import type { Plan } from "../../../engine";
import { named, ofType, planAws } from "../../stacks/awsPlan";
import { at } from "../../stacks/gcpPlan";
import { eu, problemsWith, us } from "../../stacks/settingsFixture";

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

describe("price class of the CDN", () => {
  const CLASSES = [
    [["europe"], "PriceClass_100"],
    [["north-america", "europe"], "PriceClass_100"],
    [["europe", "africa"], "PriceClass_200"],
    [["middle-east"], "PriceClass_200"],
    // Australia and New Zealand, part of it, are in the widest alone.
    [["europe", "asia-pacific"], "PriceClass_All"],
    [["south-america"], "PriceClass_All"],
    [undefined, "PriceClass_All"],
  ] as const;
  for (const [regions, expected] of CLASSES) {
    it(`is ${expected} for ${regions?.join(" and ") ?? "all the world"}`, () => {
      expect(priceClassFor(regions && [...regions])).to.equal(expected);
    });
  }
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
    expect(at(inputs, "orderedCacheBehaviors.1.pathPattern")).to.equal("/_next/static/*");
    expect(at(inputs, "orderedCacheBehaviors.1.cachePolicyId")).to.not.equal(
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

  it("delivers a bucket's objects below its path, signed, from the lead's bucket alone", () => {
    const { inputs } = named(plan, "edge-cdn-distribution");
    const [, bucket] = inputs.origins as readonly Readonly<Record<string, unknown>>[];
    const access = named(plan, "edge-cdn-bucket-access");
    expect(access.inputs).to.include({
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    });
    expect(String(bucket?.originAccessControlId)).to.match(/^E/);
    expect(bucket).to.include({ originId: "bucket-assets" });
    const lead = named(plan, "us-assets-bucket");
    expect(bucket?.domainName).to.equal(`${String(lead.inputs.bucket)}.s3.us-east-1.amazonaws.com`);
    expect(at(inputs, "orderedCacheBehaviors.0")).to.deep.include({
      targetOriginId: "bucket-assets",
      pathPattern: "/assets/*",
      viewerProtocolPolicy: "redirect-to-https",
      allowedMethods: ["GET", "HEAD", "OPTIONS"],
      cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
    });
    // S3 would take the viewer's host for a bucket.
    expect(at(inputs, "orderedCacheBehaviors.0")).to.not.have.property("originRequestPolicyId");
    expect(at(inputs, "orderedCacheBehaviors.0.functionAssociations.0.eventType")).to.equal("viewer-request");
    const verdicts = plan.degraded.filter(({ feature }) => feature === "objects of assets by the CDN");
    expect(verdicts.map(({ reason }) => reason)).to.deep.equal([
      "one address leads to one bucket, and that is the one of us",
    ]);
  });

  const statement = (of: Plan, name: string, sid: string) => {
    const { Statement } = JSON.parse(String(named(of, name).inputs.policy)) as {
      Statement: readonly { readonly Sid: string; readonly Condition?: unknown }[];
    };
    return Statement.find(({ Sid }) => Sid === sid);
  };
  const Principal = { Service: "cloudfront.amazonaws.com" };

  it("lets the one distribution read that bucket and decrypt with its key, and no other", () => {
    const arn = String(named(plan, "edge-cdn-log-source").inputs.resourceArn);
    expect(arn).to.match(/^arn:aws:cloudfront::111122223333:distribution\/E[A-Z0-9]+$/);
    const Condition = { StringEquals: { "aws:SourceArn": arn } };
    const lead = String(named(plan, "us-assets-bucket").inputs.bucket);
    expect(statement(plan, "us-assets-bucket-whole-policy", "CloudFrontReads")).to.deep.equal({
      ...{ Sid: "CloudFrontReads", Effect: "Allow", Principal, Action: "s3:GetObject" },
      ...{ Resource: `arn:aws:s3:::${lead}/*`, Condition },
    });
    expect(statement(plan, "us-keys-storage-whole-policy", "CloudFrontDecrypts")).to.deep.equal({
      ...{ Sid: "CloudFrontDecrypts", Effect: "Allow", Principal, Action: "kms:Decrypt", Resource: "*", Condition },
    });
    for (const [name, sid] of [
      ["us-assets-bucket-policy", "CloudFrontReads"],
      ["us-keys-storage", "CloudFrontDecrypts"],
      ["eu-assets-bucket-policy", "CloudFrontReads"],
      ["us-backups-bucket-policy", "CloudFrontReads"],
      ["eu-keys-storage", "CloudFrontDecrypts"],
      ["us-keys-secrets", "CloudFrontDecrypts"],
    ] as const) {
      expect(statement(plan, name, sid), name).to.equal(undefined);
    }
    expect(plan.resources.map(({ name }) => name).filter((name) => name.endsWith("-whole-policy"))).to.have.members([
      "us-assets-bucket-whole-policy",
      "us-keys-storage-whole-policy",
    ]);
  });

  it("makes both policies whole after the distribution, of all that stands there before, and leaves them when it goes", async () => {
    for (const [first, whole, type] of [
      ["us-assets-bucket-policy", "us-assets-bucket-whole-policy", "aws:s3/bucketPolicy:BucketPolicy"],
      ["us-keys-storage", "us-keys-storage-whole-policy", "aws:kms/keyPolicy:KeyPolicy"],
    ] as const) {
      const statements = (name: string) =>
        (JSON.parse(String(named(plan, name).inputs.policy)) as { Statement: readonly unknown[] }).Statement;
      expect(named(plan, whole).type).to.equal(type);
      expect(statements(whole).slice(0, -1)).to.deep.equal(statements(first));
      expect(named(plan, whole).options.retainOnDelete, whole).to.equal(true);
      expect(named(plan, first).options.ignoreChanges, first).to.deep.equal(["policy"]);
    }
  });

  describe("of another stack", () => {
    const PART = { "groundplan:parts": ["us"], "groundplan:partStacks": { eu: "prod-eu", edge: "prod-edge" } };
    const part = async (existing: object) =>
      (await planAws("simulate", { ...PART, "groundplan:existing": { us: { zone: ZONE }, ...existing } }, "prod")).plan;
    const conditions = (of: Plan) => [
      statement(of, "us-assets-bucket-policy", "CloudFrontReads")?.Condition,
      statement(of, "us-keys-storage", "CloudFrontDecrypts")?.Condition,
    ];
    const verdicts = (of: Plan) =>
      of.degraded.filter(({ feature }) => feature === "objects of assets to one distribution alone");
    const whole = (of: Plan) => of.resources.map(({ name }) => name).filter((name) => name.endsWith("-whole-policy"));

    it("cannot be known before it is there: any of the account may read until then, and the plan says so", async () => {
      const alone = await part({});
      const any = { ArnLike: { "aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*" } };
      expect(conditions(alone)).to.deep.equal([any, any]);
      expect(verdicts(alone).map(({ urn, remedy }) => [urn.split("::").at(-1), remedy])).to.deep.equal([
        [
          "us-assets",
          "set groundplan:existing.edge.distribution to its id, which the edge's stack tells when it is deployed",
        ],
      ]);
      expect(whole(alone)).to.deep.equal([]);
    });

    it("is the only one that may read once a setting names it", async () => {
      const told = await part({ edge: { distribution: "E1A2B3C4D5E6F7" } });
      const one = { StringEquals: { "aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1A2B3C4D5E6F7" } };
      expect(conditions(told)).to.deep.equal([one, one]);
      expect(verdicts(told)).to.deep.equal([]);
      expect(whole(told)).to.deep.equal([]);
    });

    const WRONG = [
      [{ edge: { distribution: "E1A2B3C4D5E6F7" } }, {}, "groundplan:existing.edge.distribution", /^remove it$/],
      [{ us: { distribution: "E1A2B3C4D5E6F7" } }, PART, "groundplan:existing.us.distribution", /existing\.edge\.dist/],
      [
        { edge: { distribution: "d111.cloudfront.net" } },
        PART,
        "groundplan:existing.edge.distribution",
        /write its id/,
      ],
    ] as const;
    for (const [existing, more, path, fix] of WRONG) {
      it(`is refused in ${path}: ${JSON.stringify(existing)}`, async () => {
        const settings = { ...more, "groundplan:model": "global", "groundplan:placements": [us, eu] };
        const change = Object.fromEntries(
          Object.entries({ ...settings, "groundplan:existing": existing }).map(([key, value]) => [
            key.slice(11),
            value,
          ]),
        );
        const problems = await problemsWith(change);
        expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
        expect(problems[0]?.fix).to.match(fix);
      });
    }
  });

  it("takes the path off before it asks the bucket, and leaves every other address alone", () => {
    const { code, runtime, publish } = named(plan, "edge-cdn-bucket-paths").inputs;
    expect([runtime, publish]).to.deep.equal(["cloudfront-js-2.0", true]);
    expect(code).to.equal(originPathCode([{ store: "assets", path: "/assets" }]));
    const paths = originPathCode([
      { store: "media", path: "/media" },
      { store: "films", path: "/media/films/" },
    ]);
    const asked = (uri: string) => runInNewContext(`${paths}handler({ request: { uri: ${JSON.stringify(uri)} } }).uri`);
    expect(asked("/media/a/b.png")).to.equal("/a/b.png");
    expect(asked("/media/films/c.mp4")).to.equal("/c.mp4");
    expect(asked("/mediathek/d.png")).to.equal("/mediathek/d.png");
  });

  it("follows the path the system gives, and delivers nothing of a bucket or a key that is somebody else's", async () => {
    const kmsKey = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000";
    const { plan: own } = await planAws(
      "preview",
      { ...CHANGES, "groundplan:overrides": { stores: { assets: { cdnPath: "/files" } } } },
      "prod",
    );
    expect(at(named(own, "edge-cdn-distribution").inputs, "orderedCacheBehaviors.0.pathPattern")).to.equal("/files/*");
    const { plan: foreign } = await planAws(
      "preview",
      { "groundplan:existing": { us: { zone: ZONE, kmsKey } } },
      "prod",
    );
    expect(ofType(foreign, "aws:cloudfront/originAccessControl:OriginAccessControl")).to.deep.equal([]);
    expect(ofType(foreign, "aws:cloudfront/function:Function")).to.deep.equal([]);
    const verdicts = foreign.degraded.filter(({ feature }) => feature === "objects of assets by the CDN");
    expect(verdicts.map(({ reason }) => reason.slice(0, 28)).sort()).to.deep.equal([
      "one address leads to one buc",
      "the key is somebody else's, ",
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
