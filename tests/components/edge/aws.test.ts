import { expect } from "chai";
import { loadBalancerProblems } from "../../../components/edge/loadBalancer/constraints";
import type { LoadBalancerRoute } from "../../../components/edge/loadBalancer/contract";
import { planHeaders, planRules, planTargets, sslPolicyFor } from "../../../components/edge/loadBalancer/routes";
import { named, ofType, planAws } from "../../stacks/awsPlan";

const route = (change: Partial<LoadBalancerRoute> = {}): LoadBalancerRoute => ({
  host: "example.com",
  path: "/",
  service: "web",
  namespace: "app",
  servicePort: 80,
  targetPort: 3000,
  healthPath: "/health",
  timeoutSeconds: 60,
  ready: [],
  ...change,
});

describe("load balancer routes", () => {
  it("tries longer prefixes first", () => {
    const rules = planRules([route(), route({ path: "/api", service: "api" })]);
    expect(rules.map((rule) => [rule.priority, rule.target, rule.paths])).to.deep.equal([
      [10, "api-3000", ["/api", "/api/*"]],
      [20, "web-3000", ["/*"]],
    ]);
  });

  it("shares one target group between routes to one port", () => {
    expect(planTargets([route(), route({ host: "www.example.com" })])).to.have.length(1);
  });

  it("accepts no TLS below the spec's floor", () => {
    expect(sslPolicyFor("1.2")).to.equal("ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
    expect(sslPolicyFor("1.3")).to.equal("ELBSecurityPolicy-TLS13-1-3-2021-06");
  });

  it("names the headers it cannot set", () => {
    expect(planHeaders({ "X-Frame-Options": "DENY", "X-XSS-Protection": "0" })).to.deep.equal({
      attributes: { routingHttpResponseXFrameOptionsHeaderValue: "DENY" },
      unsupported: ["X-XSS-Protection"],
    });
  });

  it("refuses more hosts than a certificate holds, and a first host too long for one", () => {
    const many = Array.from({ length: 11 }, (_, index) => route({ host: `h${index}.example.com` }));
    expect(loadBalancerProblems(many).map((problem) => problem.path)).to.deep.equal(["routes"]);
    expect(
      loadBalancerProblems([route({ host: `${"a".repeat(60)}.example.com` })]).map((problem) => problem.path),
    ).to.deep.equal(["routes[0].host"]);
  });
});

describe("edge of doc-scraper on aws", function () {
  this.timeout(60_000);

  it("hardens the load balancer and logs it", async () => {
    const { plan } = await planAws("simulate");
    const { inputs } = named(plan, "main-edge-balancer");
    expect(inputs).to.deep.include({
      internal: false,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "strictest",
      enableDeletionProtection: true,
    });
    expect(String(inputs.name)).to.have.length.at.most(32);
    expect(inputs.accessLogs).to.deep.include({ enabled: true, prefix: "load-balancers" });
    expect(named(plan, "main-edge-http").inputs.defaultActions).to.deep.equal([
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ]);
    expect(named(plan, "main-edge-https").inputs).to.deep.include({
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      routingHttpResponseStrictTransportSecurityHeaderValue: "max-age=31536000; includeSubDomains",
      routingHttpResponseXContentTypeOptionsHeaderValue: "nosniff",
    });
  });

  it("puts the managed rules and the document's rate limit before it, and redacts credentials in the log", async () => {
    const { plan } = await planAws("simulate");
    const rules = named(plan, "main-edge-firewall").inputs.rules as readonly { readonly name: string }[];
    expect(rules.map((rule) => rule.name)).to.deep.equal([
      "rate-limit",
      "AWSManagedRulesAmazonIpReputationList",
      "AWSManagedRulesCommonRuleSet",
      "AWSManagedRulesKnownBadInputsRuleSet",
    ]);
    expect(rules[0]).to.have.nested.property("statement.rateBasedStatement.limit", 30_000);
    // What these systems are sent all day: files, pages, and addresses to fetch.
    const counted = (rules[2] as { statement?: { managedRuleGroupStatement?: { ruleActionOverrides?: unknown } } })
      .statement?.managedRuleGroupStatement?.ruleActionOverrides;
    expect(counted).to.deep.equal(
      ["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericRFI_BODY", "GenericRFI_QUERYARGUMENTS"].map(
        (name) => ({ name, actionToUse: { count: {} } }),
      ),
    );
    expect(named(plan, "main-edge-firewall-logging").inputs.redactedFields).to.deep.equal(
      ["authorization", "cookie", "x-api-key"].map((name) => ({ singleHeader: { name } })),
    );
  });

  it("writes its records where a zone is named, and says so where none is", async () => {
    const without = await planAws("preview");
    expect(ofType(without.plan, "aws:route53/record:Record")).to.deep.equal([]);
    expect(without.plan.degraded.map((each) => each.feature)).to.include("DNS records of api.scraper.example.com");
    const { plan } = await planAws("preview", { "groundplan:existing": { main: { zone: "Z0123456789ABCDEFGHIJ" } } });
    expect(ofType(plan, "aws:route53/record:Record").map((each) => each.name)).to.deep.equal([
      "main-edge-record-api-scraper-example-com",
      "main-edge-validation-api-scraper-example-com",
    ]);
    expect(plan.degraded.map((each) => each.feature)).to.not.include("DNS records of api.scraper.example.com");
  });
});
