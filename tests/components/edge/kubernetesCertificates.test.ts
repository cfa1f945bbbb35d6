import { expect } from "chai";
import { planDns } from "../../../components/edge/dns/kubernetes";
import { at, Manifests } from "../../stacks/kubernetesManifests";

const UNANSWERED = "certificates of two while the hosts lead to another placement";

function plan(kubernetes: object, model: "distributed" | "global" = "global"): Promise<Manifests> {
  return Manifests.plan({
    system: "doc-scraper",
    environment: "dev",
    model,
    settings: {
      ...(model === "global" ? { regions: ["one", "two"] } : {}),
      kubernetes: { storageClass: "fast-ssd", ...kubernetes },
    },
  });
}

const solvers = ({ all }: Manifests) =>
  all.filter(({ kind }) => kind === "ClusterIssuer").map(({ inputs }) => at(inputs, "spec.acme.solvers"));
const solverPolicies = ({ all }: Manifests) => all.filter(({ name }) => name.endsWith("-solver")).length;
const features = ({ degraded }: Manifests) => degraded.map(({ feature }) => feature);

describe("certificates of a system in several clusters", () => {
  for (const routing of ["gateway", "ingress"] as const) {
    it(`are answered for in the zone by each, with external-dns' credentials: ${routing}`, async () => {
      const made = await plan({ routing, dns: { provider: "aws", secretName: "dns" } });
      const route53 = {
        region: "us-east-1",
        accessKeyIDSecretRef: { name: "dns", key: "AWS_ACCESS_KEY_ID" },
        secretAccessKeySecretRef: { name: "dns", key: "AWS_SECRET_ACCESS_KEY" },
      };
      const answered = [{ dns01: { route53 } }];
      expect(solvers(made)).to.deep.equal([answered, answered]);
      // No pod answers the authority, and none is let in.
      expect(solverPolicies(made)).to.equal(0);
      expect(features(made)).to.not.include(UNANSWERED);
    });

    it(`would not come where the hosts lead elsewhere, and the plan says so: ${routing}`, async () => {
      const made = await plan({ routing });
      expect(solvers(made)).to.have.length(2);
      expect(JSON.stringify(solvers(made)))
        .to.contain("http01")
        .and.to.not.contain("dns01");
      expect(solverPolicies(made)).to.equal(2);
      expect(features(made).filter((feature) => feature === UNANSWERED)).to.have.length(1);
    });
  }

  it("are answered for by the host where there is one placement", async () => {
    const made = await plan({ dns: { provider: "aws", secretName: "dns" } }, "distributed");
    expect(JSON.stringify(solvers(made)))
      .to.contain("http01")
      .and.to.not.contain("dns01");
  });

  it("are written by cert-manager as whoever external-dns is", async () => {
    const serviceAccountAnnotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/dns" };
    const made = await plan({ dns: { provider: "aws", serviceAccountAnnotations } });
    expect(solvers(made)[0]).to.deep.equal([{ dns01: { route53: { region: "us-east-1" } } }]);
    const releases = made.all.filter(({ name }) => name.endsWith("-add-ons-cert-manager"));
    expect(releases.map(({ inputs }) => at(inputs, "values.serviceAccount.annotations"))).to.deep.equal([
      serviceAccountAnnotations,
      serviceAccountAnnotations,
    ]);
  });

  it("speak to every provider in its own words", () => {
    const challenge = (settings: object) =>
      planDns({
        settings: {
          zones: [],
          policy: "failover",
          credentials: [],
          serviceAccountAnnotations: {},
          ...settings,
        } as never,
        system: "shop",
        placement: "east",
        role: "primary",
        region: "east",
        shared: true,
        domain: "example.org",
        routing: "ingress",
      }).challenge;
    expect(challenge({ provider: "google", project: "zones", secretName: "dns" })).to.deep.equal({
      cloudDNS: { project: "zones", serviceAccountSecretRef: { name: "dns", key: "credentials.json" } },
    });
    expect(challenge({ provider: "cloudflare", secretName: "dns" })).to.deep.equal({
      cloudflare: { apiTokenSecretRef: { name: "dns", key: "CF_API_TOKEN" } },
    });
    expect(challenge({ provider: "digitalocean", secretName: "dns" })).to.deep.equal({
      digitalocean: { tokenSecretRef: { name: "dns", key: "DO_TOKEN" } },
    });
  });
});
