import { expect } from "chai";
import type { Plan } from "../../engine";
import { ownImages } from "../../stacks/settings/images";
import { named, ofType, planAws } from "./awsPlan";

const IMAGES = {
  registry: "registry.example.com/scraper",
  repository: true,
  services: {
    api: "registry.example.com/scraper/scraper-api:2.0.0",
    worker: "registry.example.com/scraper/scraper-api:2.0.0",
  },
};
const HOST = "api.scraper.example.com";

interface Outputs {
  readonly placements: {
    readonly main: {
      readonly registry?: string;
      readonly records?: { readonly hosts: object; readonly certificate: readonly { readonly name: string }[] };
    };
  };
}

function placementsOf({ outputs }: Plan): Outputs["placements"] {
  return (outputs as unknown as Outputs).placements;
}

describe("repositories for the system's images, on AWS", function () {
  this.timeout(120_000);

  it("says that repositories start empty where one update makes them and starts what pulls from them", async () => {
    const registry = "111122223333.dkr.ecr.us-east-1.amazonaws.com/doc-scraper-staging-main-8dc050";
    const services = { api: `${registry}/scraper-api:2.0.0`, worker: `${registry}/scraper-api:2.0.0` };
    const feature = "images to start from in the first up";
    const features = async (images: object, layers?: readonly string[]) => {
      const changes = { "groundplan:images": images, ...(layers ? { "groundplan:layers": layers } : {}) };
      return (await planAws("preview", changes)).plan.degraded.map((each) => each.feature);
    };
    expect(await features({ registry, repository: true, services })).to.include(feature);
    expect(await features(IMAGES)).not.to.include(feature);
    expect(await features({ registry, repository: true, services }, ["infrastructure", "platform"])).not.to.include(
      feature,
    );
  });

  it("makes one per image, under the placement's key, scanned, with tags that never move", async () => {
    const { plan } = await planAws("simulate", { "groundplan:images": IMAGES });
    const repositories = ofType(plan, "aws:ecr/repository:Repository");
    expect(repositories.map(({ name }) => name)).to.deep.equal(["main-registry-repository-scraper-api"]);
    expect(repositories[0]?.inputs).to.deep.include({
      name: "doc-scraper-staging-main-8dc050/scraper-api",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    });
    expect(repositories[0]?.inputs).to.have.nested.property("encryptionConfigurations[0].encryptionType", "KMS");
    expect(repositories[0]?.inputs)
      .to.have.nested.property("encryptionConfigurations[0].kmsKey")
      .that.matches(/^arn:aws:kms:us-east-1:/);
    const { policy, repository } = named(plan, "main-registry-lifecycle-scraper-api").inputs;
    expect(repository).to.equal("doc-scraper-staging-main-8dc050/scraper-api");
    expect(JSON.parse(String(policy)).rules[0].selection).to.deep.equal({
      tagStatus: "untagged",
      countType: "sinceImagePushed",
      countUnit: "days",
      countNumber: 30,
    });
    expect(placementsOf(plan).main.registry).to.equal(
      "111122223333.dkr.ecr.us-east-1.amazonaws.com/doc-scraper-staging-main-8dc050",
    );
  });

  it("makes none where nobody asks", async () => {
    const { plan } = await planAws("simulate");
    expect(ofType(plan, "aws:ecr/repository:Repository")).to.deep.equal([]);
  });

  it("counts an image once, and none of another registry", () => {
    const images = { registry: "r.example.com:5000/team", services: { c: "ghcr.io/x/y:1" }, stores: {} };
    const services = {
      a: { image: "app:1.2@sha256:00" },
      b: { image: "app" },
      c: { image: "c" },
      d: { image: "x/y:1" },
    };
    expect(ownImages(images, services)).to.deep.equal(["app", "x/y"]);
  });
});

describe("records for a zone of somebody else's, on AWS", function () {
  this.timeout(120_000);

  it("tells the load balancer's name by host, and what the certificate waits for", async () => {
    const { plan } = await planAws("simulate");
    const { records } = placementsOf(plan).main;
    expect(Object.keys(records?.hosts ?? {})).to.deep.equal([HOST]);
    expect(Object.values(records?.hosts ?? {})[0]).to.match(/\.elb\.us-east-1\.amazonaws\.com$|\.us-east-1\.elb\./);
    expect(records?.certificate.length).to.equal(1);
    expect(records?.certificate[0]).to.have.all.keys("name", "type", "value");
    expect(records?.certificate[0]?.name).to.contain(HOST);
  });

  it("tells nothing where it adds them itself", async () => {
    const { plan } = await planAws("simulate", { "groundplan:existing": { main: { zone: "Z0123456789ABCDEFGHIJ" } } });
    expect(placementsOf(plan).main).to.not.have.property("records");
  });
});
