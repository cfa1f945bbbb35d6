import { expect } from "chai";
import { InputError } from "../../components/errors";
import type { Plan } from "../../engine";
import { planAws } from "./awsPlan";
import { EXTRAS } from "./gcpExtras";
import { at, named, ofType, PROJECT, planGcp } from "./gcpPlan";

describe("a repository for the system's images, on Google Cloud", function () {
  this.timeout(120_000);
  let plan: Plan;
  before(async () => {
    ({ plan } = await planGcp("simulate", EXTRAS[0]));
  });

  it("is in the placement's region, under its key, scanned, with tags that never move", () => {
    const { inputs, options } = named(plan, "main-registry-repository");
    expect(inputs).to.deep.include({
      location: "us-central1",
      format: "DOCKER",
      dockerConfig: { immutableTags: true },
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
      cleanupPolicyDryRun: false,
      cleanupPolicies: [
        { id: "keep-recent", action: "KEEP", mostRecentVersions: { keepCount: 30 } },
        { id: "delete-untagged", action: "DELETE", condition: { tagState: "UNTAGGED", olderThan: "2592000s" } },
      ],
    });
    expect(inputs.kmsKeyName).to.match(/keys-storage/);
    expect(options.protect).to.equal(true);
    const services = ofType(plan, "gcp:projects/service:Service").map(({ inputs: { service } }) => service);
    expect(services).to.include.members(["artifactregistry.googleapis.com", "containerscanning.googleapis.com"]);
  });

  it("lets the nodes pull and nobody push", () => {
    const grants = ofType(plan, "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember");
    expect(grants.map(({ inputs }) => inputs.role)).to.deep.equal(["roles/artifactregistry.reader"]);
    expect(grants[0]?.inputs.member).to.match(/^serviceAccount:nodes-doc-scraper-/);
  });

  it("tells where to push", () => {
    const { inputs } = named(plan, "main-registry-repository");
    expect(at(plan.outputs, "placements.main.registry")).to.equal(
      `us-central1-docker.pkg.dev/${PROJECT}/${inputs.repositoryId}`,
    );
  });

  it("is not there unasked, and refused where nothing would make it", async () => {
    const without = (await planGcp("simulate")).plan;
    expect(without.resources.filter(({ type }) => type.startsWith("gcp:artifactregistry/"))).to.deep.equal([]);
    const refused = await planAws("preview", {
      "groundplan:model": "single-server",
      "groundplan:images": { repository: true },
    }).then(
      () => [],
      (error: unknown) => (InputError.is(error) ? error.problems.map(({ path }) => path) : [String(error)]),
    );
    expect(refused).to.deep.equal(["groundplan:images.repository"]);
  });
});
