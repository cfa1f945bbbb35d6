import { expect } from "chai";
import type { LoadBalancerRoute } from "../../../components/edge/loadBalancer/contract";
import { planListener } from "../../../components/edge/loadBalancer/listenerRules";
import { named, ofType, planAws } from "../../stacks/awsPlan";

const route = (path: string, service: string, host = "example.com"): LoadBalancerRoute => ({
  host,
  path,
  service,
  namespace: "app",
  servicePort: 80,
  targetPort: 80,
  healthPath: "/",
  timeoutSeconds: 60,
  ready: [],
});

describe("rules of the listener", () => {
  it("are the routes alone, longest first, where nothing else is asked", () => {
    expect(planListener([route("/", "web"), route("/api", "api")])).to.deep.equal([
      {
        key: "example-com-api-254a39",
        host: "example.com",
        paths: ["/api", "/api/*"],
        action: { kind: "forward", target: "api-80" },
        priority: 10,
      },
      {
        key: "example-com-root-a3a4f0",
        host: "example.com",
        paths: ["/*"],
        action: { kind: "forward", target: "web-80" },
        priority: 20,
      },
    ]);
  });

  it("lead a host to another after all routes", () => {
    const redirects = [{ host: "www.example.com", to: "example.com", permanent: true }];
    const rules = planListener([route("/", "web")], { redirects });
    expect(rules.at(-1)).to.deep.include({
      host: "www.example.com",
      action: { kind: "redirect", to: "example.com", permanent: true },
      priority: 20,
    });
    expect(rules.at(-1)).to.not.have.property("paths");
  });

  it("send who has no session to sign in, before the route, and keep services below the path apart", () => {
    const guard = { host: "example.com", paths: ["/dashboard"], cookie: "session", signIn: "/login" };
    const rules = planListener([route("/", "web"), route("/dashboard/api", "api")], { guard });
    expect(rules.map(({ paths, cookie, action }) => [paths?.[0], cookie, action])).to.deep.equal([
      ["/dashboard/api", "session", { kind: "forward", target: "api-80" }],
      ["/dashboard/api", undefined, { kind: "sign-in", path: "/login" }],
      ["/dashboard", "session", { kind: "forward", target: "web-80" }],
      ["/dashboard", undefined, { kind: "sign-in", path: "/login" }],
      ["/dashboard/api", undefined, { kind: "forward", target: "api-80" }],
      ["/*", undefined, { kind: "forward", target: "web-80" }],
    ]);
    expect(new Set(rules.map(({ key }) => key)).size).to.equal(rules.length);
  });

  it("leave the page to sign in open where everything is guarded, or nobody would ever get there", () => {
    const guard = { host: "example.com", paths: ["/"], cookie: "session", signIn: "/login" };
    const [first, second] = planListener([route("/", "web")], { guard });
    expect([first?.paths?.[0], first?.cookie, first?.action.kind]).to.deep.equal(["/login", undefined, "forward"]);
    expect([second?.paths?.[0], second?.cookie]).to.deep.equal(["/*", "session"]);
  });
});

describe("edge of charterflow on aws", function () {
  this.timeout(120_000);
  const SYSTEM = {
    "groundplan:system": "charterflow",
    "groundplan:overrides": {},
    "groundplan:images": {},
    "groundplan:policyExemptions": [],
    "groundplan:domain": "example.com",
  };

  it("leads www to the domain, asks for a session, and says what it cannot limit", async () => {
    const { plan } = await planAws("preview", SYSTEM);
    const rules = ofType(plan, "aws:lb/listenerRule:ListenerRule").map(({ inputs }) => JSON.stringify(inputs));
    expect(rules.filter((rule) => rule.includes('"host":"example.com"') && rule.includes("HTTP_301"))).to.have.length(
      1,
    );
    expect(rules.filter((rule) => rule.includes('"path":"/login"') && rule.includes("HTTP_302"))).to.have.length(1);
    expect(rules.filter((rule) => rule.includes("*session=*"))).to.have.length(1);
    expect(named(plan, "main-edge-certificate").inputs.subjectAlternativeNames).to.include("www.example.com");
    expect(plan.degraded.map(({ feature }) => feature)).to.include("a limit of 25Mi to a request");
  });

  it("lets CloudFront and health checks in alone where a zone is named, each by a group of its own", async () => {
    const { plan } = await planAws("simulate", {
      ...SYSTEM,
      "groundplan:existing": { main: { zone: "Z0123456789ABCDEFGHIJ" } },
    });
    const entries = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").filter(({ name }) =>
      /^main-edge-from-/.test(name),
    );
    expect(entries.map(({ name }) => name)).to.have.members(["main-edge-from-cdn", "main-edge-from-checks"]);
    expect(entries.every(({ inputs }) => inputs.prefixListId !== undefined && inputs.cidrIpv4 === undefined)).to.equal(
      true,
    );
    expect(new Set(entries.map(({ inputs }) => inputs.securityGroupId)).size).to.equal(2);
    expect(named(plan, "main-edge-balancer").inputs.securityGroups).to.have.length(2);
  });
});
