import { expect } from "chai";
import { InputError } from "../../components/errors";
import { GCP_NAMES } from "../../components/gcp/names";
import { uniqueName } from "../../components/naming";
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

  it("lets the nodes pull from the project's other repositories one by one, and says whose owner must", async () => {
    const images = {
      services: {
        api: `us-docker.pkg.dev/${PROJECT}/apps/api:1`,
        worker: `eu.gcr.io/${PROJECT}/worker:1`,
      },
      stores: { redis: "europe-docker.pkg.dev/other-project/mirror/redis:7" },
    };
    const { plan: pulling } = await planGcp("simulate", { "groundplan:images": images });
    const grants = ofType(pulling, "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember");
    expect(
      grants.map(({ inputs: { location, project, repository, role } }) => [location, project, repository, role]),
    ).to.have.deep.members([
      ["us", PROJECT, "apps", "roles/artifactregistry.reader"],
      ["europe", PROJECT, "eu.gcr.io", "roles/artifactregistry.reader"],
    ]);
    expect(pulling.degraded.map(({ feature }) => feature)).to.include("pulling images from other-project/mirror");
  });

  it("lets the nodes of every region pull from the one repository all images are in", async () => {
    const placements = [
      { name: "us", cloud: "gcp", region: "us-central1", role: "primary", cidrIndex: 128 },
      { name: "eu", cloud: "gcp", region: "europe-west1", role: "secondary", cidrIndex: 129 },
    ];
    const repository = uniqueName(GCP_NAMES.repository, ["doc-scraper", "staging", "us"]);
    const at = `us-central1-docker.pkg.dev/${PROJECT}/${repository}`;
    const { plan: both } = await planGcp("simulate", {
      "groundplan:model": "global",
      "groundplan:placements": placements,
      "groundplan:images": { repository: true, services: { api: `${at}/api:1`, worker: `${at}/worker:1` } },
    });
    const grants = ofType(both, "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember");
    expect(grants.map(({ name, inputs }) => `${name} ${String(inputs.member).split("-doc")[0]}`)).to.have.members([
      "us-registry-nodes-may-pull serviceAccount:nodes",
      "eu-registry-nodes-may-pull serviceAccount:nodes",
      "eu-registry-nodes-may-pull-of-us serviceAccount:nodes",
    ]);
    expect(named(both, "eu-registry-nodes-may-pull-of-us").inputs).to.deep.include({ project: PROJECT, repository });
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
