import { expect } from "chai";
import { admits } from "../../components/cluster/gke/admission";
import { InputError } from "../../components/errors";
import { EXTRAS } from "./gcpExtras";
import { named, ofType, planGcp } from "./gcpPlan";

const POLICY = "gcp:binaryauthorization/policy:Policy";

describe("images that clusters on Google Cloud start", function () {
  this.timeout(60_000);

  it("are for the project to say where no setting does", async () => {
    expect(ofType((await planGcp("simulate")).plan, POLICY)).to.deep.equal([]);
  });

  it("are those of the repository made here and of the listed places, where nobody signs", async () => {
    const { plan } = await planGcp("simulate", EXTRAS[1]);
    const patterns = ["docker.io/**", "registry.k8s.io/**", "quay.io/**", "ghcr.io/**"];
    expect(named(plan, "main-cluster-admission", POLICY).inputs).to.deep.equal({
      description: "Images that clusters of this project start",
      globalPolicyEvaluationMode: "ENABLE",
      admissionWhitelistPatterns: [
        ...patterns,
        `us-central1-docker.pkg.dev/groundplan-tests/${String(named(plan, "main-registry-repository").inputs.repositoryId)}/**`,
      ].map((namePattern) => ({ namePattern })),
      defaultAdmissionRule: { evaluationMode: "ALWAYS_DENY", enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
    });
  });

  it("are signed by every attestor, but for the listed places", async () => {
    const attestors = ["projects/acme-build/attestors/built-by-ci"];
    const admission = { mode: "audit", allow: ["docker.io/**", "registry.example.com/**"], attestors };
    const { plan } = await planGcp("simulate", {
      "groundplan:images": { repository: true },
      "groundplan:compute": { admission },
    });
    expect(named(plan, "main-cluster-admission", POLICY).inputs).to.deep.include({
      admissionWhitelistPatterns: admission.allow.map((namePattern) => ({ namePattern })),
      defaultAdmissionRule: {
        evaluationMode: "REQUIRE_ATTESTATION",
        enforcementMode: "DRYRUN_AUDIT_LOG_ONLY",
        requireAttestationsBies: attestors,
      },
    });
  });

  it("are refused by their field at plan where the cluster would refuse them", async () => {
    const problems = async (admission: object) => {
      try {
        await planGcp("preview", { "groundplan:compute": { admission } });
      } catch (error) {
        expect(InputError.is(error)).to.equal(true);
        return (error as InputError).problems.map(({ path }) => path);
      }
      return [];
    };
    const unlisted = await problems({ mode: "block", allow: ["ghcr.io/acme/**"] });
    expect(unlisted).to.include("groundplan:images.services.api");
    const unsigned = await problems({ mode: "block", attestors: ["projects/acme-build/attestors/built-by-ci"] });
    expect(unsigned).to.deep.equal(unlisted);
  });
});

describe("a pattern of images", () => {
  const cases: readonly (readonly [pattern: string, image: string, admitted: boolean])[] = [
    ["ghcr.io/acme/*", "ghcr.io/acme/api:1", true],
    ["ghcr.io/acme/*", "ghcr.io/acme/team/api:1", false],
    ["ghcr.io/acme/**", "ghcr.io/acme/team/api:1", true],
    ["ghcr.io/acme/**", "ghcr.io/acmeother/api:1", false],
    ["ghcr.io/acme/api", "ghcr.io/acme/api:1", true],
    ["ghcr.io/acme/api", "ghcr.io/acme/api2:1", false],
    ["docker.io/library/*", "nginx:1", true],
    ["docker.io/library/*", "grafana/loki:3", false],
    ["docker.io/**", "grafana/loki:3", true],
    ["docker.io/**", "quay.io/grafana/loki:3", false],
  ];
  for (const [pattern, image, admitted] of cases) {
    it(`${pattern} ${admitted ? "starts" : "starts no"} ${image}`, () => {
      expect(admits(pattern, image)).to.equal(admitted);
    });
  }
});
