import { expect } from "chai";
import { planGateway } from "../../../components/edge/loadBalancer/gatewayPlan";
import { type IngressPlanArgs, planIngresses } from "../../../components/edge/loadBalancer/ingressPlan";
import { at, Manifests } from "../../stacks/kubernetesManifests";

const route = (change: object = {}) => ({
  host: "api.example.org",
  path: "/",
  namespace: "a",
  serviceName: "api",
  servicePort: 80,
  healthPath: "/health",
  timeoutSeconds: 60,
  webSockets: false,
  ...change,
});

const plan = (ingressClass: string, change: Partial<IngressPlanArgs> = {}) =>
  planIngresses({
    system: "shop",
    ingressClass,
    routes: [
      route(),
      route({ namespace: "b", serviceName: "live", path: "/live", timeoutSeconds: 3600, webSockets: true }),
    ],
    edge: {
      tlsMinimum: "1.2",
      ciphers: "HIGH:!aNULL:!MD5",
      requestsPerSecond: 100,
      headers: { "X-XSS-Protection": "1; mode=block" },
      cdn: false,
      waf: false,
      issuer: "letsencrypt-prod",
      maxBodySize: "20Mi",
    },
    issuer: "shop-letsencrypt-prod",
    ...change,
  });

describe("an Ingress in the terms of Traefik", () => {
  it("refuses requests over the system's limit in every namespace, by a middleware of the serving router", () => {
    const { ingresses, objects } = plan("traefik");
    const limits = objects.filter(({ name }) => name === "body-size");
    expect(limits.map(({ namespace, spec }) => ({ namespace, spec }))).to.deep.equal([
      { namespace: "a", spec: { buffering: { maxRequestBodyBytes: 20_971_520 } } },
      { namespace: "b", spec: { buffering: { maxRequestBodyBytes: 20_971_520 } } },
    ]);
    const middlewares = ingresses.map(
      ({ annotations }) => annotations["traefik.ingress.kubernetes.io/router.middlewares"],
    );
    expect(middlewares.filter((list) => list?.includes("a-body-size@kubernetescrd"))).to.have.lengthOf(1);
  });
});

describe("an Ingress in the terms of F5's NGINX", () => {
  const { ingresses, degraded } = plan("nginx");

  it("has a master per host that holds its certificate, floor, ciphers and headers, and sends plain HTTP to HTTPS", () => {
    const [master, ...others] = ingresses.filter(({ role }) => role.startsWith("master"));
    expect(others).to.be.empty;
    expect(master?.tls).to.deep.equal({ hosts: ["api.example.org"], secretName: "shop-0-tls" });
    expect(master?.routes).to.be.empty;
    expect(master?.annotations).to.include({
      "nginx.org/mergeable-ingress-type": "master",
      "nginx.org/redirect-to-https": "true",
      "nginx.org/client-max-body-size": "20m",
      "cert-manager.io/cluster-issuer": "shop-letsencrypt-prod",
    });
    const snippet = master?.annotations["nginx.org/server-snippets"];
    expect(snippet?.split("\n")).to.include.members([
      "ssl_protocols TLSv1.2 TLSv1.3;",
      "ssl_ciphers HIGH:!aNULL:!MD5;",
      'add_header X-Frame-Options "SAMEORIGIN" always;',
      'add_header X-XSS-Protection "1; mode=block" always;',
    ]);
  });

  it("has a minion per namespace and timeout, with the limit of requests and the sockets", () => {
    const minions = ingresses.filter(({ role }) => role.startsWith("minion"));
    expect(minions.map(({ namespace, routes }) => [namespace, routes.map(({ path }) => path)])).to.deep.equal([
      ["a", ["/"]],
      ["b", ["/live"]],
    ]);
    expect(minions[0]?.annotations).to.include({
      "nginx.org/proxy-read-timeout": "60s",
      "nginx.org/limit-req-rate": "100r/s",
      "nginx.org/limit-req-reject-code": "429",
    });
    expect(minions[1]?.annotations).to.include({
      "nginx.org/proxy-read-timeout": "3600s",
      "nginx.org/websocket-services": "live",
    });
    expect(degraded).to.be.empty;
  });

  it("is let in from its own namespace, and its certificates are proved by a minion", async () => {
    const made = await Manifests.plan({
      system: "doc-scraper",
      environment: "dev",
      model: "distributed",
      settings: { kubernetes: { storageClass: "fast-ssd", ingressClass: "nginx" } },
    });
    const release = made.all.find(({ name }) => name === "main-cluster-add-ons-ingress");
    expect(release?.inputs).to.include({ chart: "nginx-ingress", version: "2.6.4", namespace: "nginx-ingress" });
    expect(at(release?.inputs.values, "controller.config.entries")).to.deep.equal({
      "ssl-protocols": "TLSv1.2 TLSv1.3",
    });
    const master = made.get("Ingress", "doc-scraper/doc-scraper-master-0");
    expect(at(master, "metadata.annotations")).to.include({ "cert-manager.io/issue-temporary-certificate": "true" });
    const sources = JSON.stringify(at(made.get("NetworkPolicy", "doc-scraper/api"), "spec.ingress"));
    expect(sources).to.contain("nginx-ingress");
    const issuer = made.get("ClusterIssuer", "doc-scraper-letsencrypt-prod");
    expect(at(issuer, "spec.acme.solvers.0.http01.ingress.ingressTemplate.metadata.annotations")).to.deep.equal({
      "nginx.org/mergeable-ingress-type": "minion",
    });
  });
});

describe("an Ingress in the terms of the AWS Load Balancer Controller", () => {
  const { ingresses, degraded } = plan("alb");

  it("is one per service, all of one balancer, each with the health path of its pods", () => {
    expect(
      ingresses.map(({ name, annotations }) => [name, annotations["alb.ingress.kubernetes.io/group.name"]]),
    ).to.deep.equal([
      ["shop-api", "shop"],
      ["shop-live", "shop"],
    ]);
    expect(ingresses[0]?.annotations).to.include({
      "alb.ingress.kubernetes.io/healthcheck-path": "/health",
      "alb.ingress.kubernetes.io/ssl-redirect": "443",
      "alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
    });
    expect(ingresses[0]?.annotations["alb.ingress.kubernetes.io/load-balancer-attributes"]).to.contain(
      "idle_timeout.timeout_seconds=3600",
    );
    const [root, live] = ingresses.map(({ annotations }) =>
      Number(annotations["alb.ingress.kubernetes.io/group.order"]),
    );
    expect(live).to.be.lessThan(root ?? 0);
  });

  it("says which headers and limits the balancer cannot set", () => {
    expect(degraded.map(({ feature }) => feature)).to.deep.equal([
      "headers Referrer-Policy, X-XSS-Protection on every answer",
      "rate limit at the ingress",
    ]);
  });
});

describe("an Ingress of a class nobody knows", () => {
  it("routes, and says what is left to its controller", () => {
    const { ingresses, degraded } = plan("kong");
    expect(ingresses.map(({ namespace }) => namespace)).to.deep.equal(["a", "b"]);
    expect(degraded).to.have.length(1);
  });
});

describe("routes of a Gateway", () => {
  const gateway = (gatewayClass: string) =>
    planGateway({
      system: "shop",
      gatewayClass,
      edge: { tlsMinimum: "1.2", headers: {}, cdn: false, waf: false, issuer: "letsencrypt-prod" },
      routes: [route(), route({ path: "/live", serviceName: "live", timeoutSeconds: 3600, webSockets: true })],
    });

  it("carry their timeouts where the class reads them, but for connections that stay open", () => {
    const [served] = gateway("istio").filter(({ kind }) => kind === "HTTPRoute");
    expect(at(served, "spec.rules.0.timeouts")).to.deep.equal({ backendRequest: "60s" });
    expect(at(served, "spec.rules.1.timeouts")).to.equal(undefined);
    expect(JSON.stringify(gateway("traefik"))).to.not.contain("backendRequest");
  });

  it("have GKE's own policies for timeouts and health beside each Service", () => {
    const policies = gateway("gke-l7-global-external-managed").filter(
      ({ apiVersion }) => apiVersion === "networking.gke.io/v1",
    );
    expect(policies.map(({ kind, name }) => `${kind} ${name}`)).to.deep.equal([
      "GCPBackendPolicy api",
      "HealthCheckPolicy api",
      "GCPBackendPolicy live",
      "HealthCheckPolicy live",
    ]);
    expect(at(policies[2], "spec.default.timeoutSec")).to.equal(3600);
    expect(at(policies[1], "spec.default.config.httpHealthCheck.requestPath")).to.equal("/health");
  });
});
