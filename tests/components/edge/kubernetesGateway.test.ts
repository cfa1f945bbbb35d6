import { expect } from "chai";
import { at, Manifests } from "../../stacks/kubernetesManifests";

describe("the Gateway API as the way in", () => {
  let plan: Manifests;
  before(async () => {
    plan = await Manifests.plan({
      system: "doc-scraper",
      environment: "staging",
      model: "distributed",
      settings: { kubernetes: { storageClass: "fast-ssd", routing: "gateway" } },
    });
  });

  it("makes one Gateway with a listener for HTTPS and one for the redirect, open to the system's namespaces alone", () => {
    const spec = at(plan.get("Gateway", "doc-scraper/doc-scraper"), "spec");
    expect(at(spec, "gatewayClassName")).to.equal("traefik");
    const listeners = at(spec, "listeners") as readonly unknown[];
    expect(listeners.map((each) => [at(each, "protocol"), at(each, "hostname"), at(each, "port")])).to.deep.equal([
      ["HTTP", "api.example.org", 80],
      ["HTTPS", "api.example.org", 443],
    ]);
    expect(at(listeners[1], "tls.certificateRefs.0.name")).to.equal("doc-scraper-api-example-org-tls");
    expect(at(listeners[1], "allowedRoutes.namespaces.selector.matchExpressions.0.values")).to.deep.equal([
      "doc-scraper",
    ]);
  });

  it("routes to the service with the document's headers and limit, and sends plain HTTP to HTTPS", () => {
    const rule = at(plan.get("HTTPRoute", "doc-scraper/doc-scraper-0"), "spec.rules.0");
    expect(at(rule, "backendRefs")).to.deep.equal([{ kind: "Service", name: "api", port: 80 }]);
    expect(at(rule, "filters.0.responseHeaderModifier.set")).to.deep.include({
      name: "X-Frame-Options",
      value: "SAMEORIGIN",
    });
    expect(at(rule, "filters.1.extensionRef")).to.include({ kind: "Middleware", name: "rate-limit" });
    const redirect = at(plan.get("HTTPRoute", "doc-scraper/doc-scraper-0-redirect"), "spec.rules.0.filters.0");
    expect(redirect).to.deep.equal({ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } });
  });

  it("has cert-manager prove the hosts by way of the Gateway", () => {
    const gateway = plan.get("Gateway", "doc-scraper/doc-scraper");
    expect(at(gateway, "metadata.annotations")).to.deep.equal({
      "cert-manager.io/cluster-issuer": "doc-scraper-letsencrypt-prod",
    });
    const issuer = plan.get("ClusterIssuer", "doc-scraper-letsencrypt-prod");
    expect(at(issuer, "spec.acme.solvers.0.http01.gatewayHTTPRoute.parentRefs.0.name")).to.equal("doc-scraper");
    const release = plan.all.find(({ name }) => name.endsWith("add-ons-cert-manager"));
    expect(at(release?.inputs, "values.config.enableGatewayAPI")).to.equal(true);
    expect(at(release?.inputs, "values.crds.keep")).to.equal(true);
  });

  it("listens on ports the controller that comes with it listens on too, without a capability", () => {
    const gateway = plan.get("Gateway", "doc-scraper/doc-scraper");
    const listeners = at(gateway, "spec.listeners") as readonly { readonly port: number }[];
    const controller = plan.all.find(({ name }) => name.endsWith("-add-ons-ingress"))?.inputs;
    const ports = at(controller, "values.ports") as Readonly<Record<string, { readonly port: number }>>;
    expect(new Set(listeners.map(({ port }) => port))).to.deep.equal(
      new Set(Object.values(ports).map(({ port }) => port)),
    );
    expect(at(controller, "values.securityContext.capabilities")).to.deep.equal({ drop: ["ALL"] });
    expect(at(controller, "values.podSecurityContext.sysctls")).to.deep.equal([
      { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
  });

  it("makes no Ingress, and says what the Gateway API leaves to the controller", () => {
    expect(plan.ofKind("Ingress")).to.deep.equal({});
    const features = plan.degraded.map(({ feature }) => feature).join();
    expect(features).to.contain("cutting requests that idle");
    expect(features).to.not.contain("as the lowest version");
    const release = plan.all.find(({ name }) => name.endsWith("add-ons-ingress"));
    expect(at(release?.inputs, "values.tlsOptions.default")).to.include({ minVersion: "VersionTLS12" });
  });
});
