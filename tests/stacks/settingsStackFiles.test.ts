import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { checkDeployable, imageOf, parseSettings } from "../../stacks/settings";
import { problemsOf, settingsWith } from "./settingsFixture";

const ROOT = join(__dirname, "../..");

async function stackConfig(stack: string): Promise<Record<string, unknown>> {
  return (parse(await readFile(join(ROOT, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> })
    .config;
}

const digest = `@sha256:${"0".repeat(64)}`;

describe("images", () => {
  it("are the one set, else what the system builds under its registry, else the source's name", async () => {
    const { images } = await settingsWith({
      images: { registry: "registry.example.com/team", services: { backend: "ghcr.io/a/b:1" } },
    });
    expect(imageOf(images, "services", "backend", "node:20-alpine")).to.equal("ghcr.io/a/b:1");
    expect(imageOf(images, "services", "frontend", "nginx:alpine")).to.equal("registry.example.com/team/nginx:alpine");
    // Nobody's own registry holds a copy of what others publish, unless it is named.
    expect(imageOf(images, "stores", "redis", "redis:7-alpine")).to.equal("redis:7-alpine");
    expect(imageOf((await settingsWith({})).images, "stores", "redis", "redis:7-alpine")).to.equal("redis:7-alpine");
  });
});

describe("what may be planned but not deployed", () => {
  it("is an image of the examples' registry", async () => {
    const settings = await settingsWith({
      images: {
        registry: "registry.example.com/team",
        services: { backend: "registry.example.com/b:1", frontend: "ghcr.io/a/b:1" },
      },
    });
    expect(checkDeployable(settings).map(({ path }) => path)).to.deep.equal([
      "groundplan:images",
      "groundplan:existing.main.zone",
    ]);
  });

  it("is one problem, with a list of those that have it, and without where it is one alone", async () => {
    const mend = async (images: object) =>
      checkDeployable(await settingsWith({ images })).filter(({ path }) => path.includes("images"));
    const allowed = "a registry that exists; registry.example.com is for examples";
    const services = { backend: "registry.example.com/b:1", frontend: "registry.example.com/f:1" };
    const registry = "registry.example.com/team";
    expect(await mend({ registry, services, stores: { redis: "registry.example.com/r:1" } })).to.deep.equal([
      {
        path: "groundplan:images",
        found: "registry.example.com in registry, services.backend, services.frontend, stores.redis",
        allowed,
        fix: "name the registry you push to in each of them",
      },
    ]);
    expect(await mend({ services: { backend: services.backend, frontend: "ghcr.io/a/b:1" } })).to.deep.equal([
      {
        path: "groundplan:images.services.backend",
        found: '"registry.example.com/b:1"',
        allowed,
        fix: "name the registry you push to",
      },
    ]);
  });

  it("is a placement on Google Cloud without a project", async () => {
    const placements = [{ name: "main", cloud: "gcp", region: "us-central1" }];
    const images = { services: { backend: "ghcr.io/a/b:1" } };
    expect(checkDeployable(await settingsWith({ placements, images })).map(({ path }) => path)).to.deep.equal([
      "groundplan:access.gcp.project",
    ]);
    expect(
      checkDeployable(await settingsWith({ placements, images, access: { gcp: { project: "my-project" } } })),
    ).to.deep.equal([]);
  });
});

describe("what would be guessed", () => {
  const problems = async (change: Record<string, unknown>) =>
    checkDeployable(await settingsWith({ images: { services: { backend: "ghcr.io/a/b:1" } }, ...change })).map(
      ({ path }) => path,
    );

  it("is a part whose image is a language alone", async () => {
    expect(await problems({ images: {}, existing: { main: { zone: "Z123" } } })).to.deep.equal([
      "groundplan:images.services.backend",
    ]);
  });

  it("is the cluster of a context nobody named", async () => {
    const placements = [{ name: "main", cloud: "kubernetes" }];
    expect(await problems({ placements })).to.deep.equal(["groundplan:placements[0].context"]);
    expect(await problems({ placements: [{ name: "main", cloud: "kubernetes", context: "shop" }] })).to.deep.equal([]);
  });

  it("is the zone a certificate on AWS is proved in, where a load balancer serves it", async () => {
    expect(await problems({})).to.deep.equal(["groundplan:existing.main.zone"]);
    expect(await problems({ existing: { main: { zone: "Z123" } } })).to.deep.equal([]);
    expect(await problems({ model: "standalone" })).to.deep.equal([]);
  });
});

describe("the stack files", () => {
  const stacks = [
    ["dev", "vibebox", "dev", "standalone", ["kubernetes local primary"]],
    ["staging", "doc-scraper", "staging", "distributed", ["aws us-east-1 primary"]],
  ] as const;
  for (const [stack, system, environment, model, places] of stacks) {
    it(`Pulumi.${stack}.yaml is ${system}, ${environment}, ${model}`, async () => {
      const settings = await parseSettings(await stackConfig(stack), { stack, directory: ROOT });
      expect([settings.system.name, settings.environment, settings.model]).to.deep.equal([system, environment, model]);
      expect(settings.placements.map(({ cloud, region, role }) => `${cloud} ${region} ${role}`)).to.deep.equal(places);
    });
  }

  it("Pulumi.prod.yaml is webclone-pro, production, global, in two regions of AWS", async () => {
    const config = await stackConfig("prod");
    expect([config["groundplan:system"], config["groundplan:environment"], config["groundplan:model"]]).to.deep.equal([
      "webclone-pro",
      "production",
      "global",
    ]);
    const images = {
      services: Object.fromEntries(
        ["frontend", "backend", "docker"].map((name) => [name, `registry.example.com/${name}${digest}`]),
      ),
    };
    const settings = await parseSettings(
      { ...config, "groundplan:system": "vibebox", "groundplan:images": images },
      { stack: "prod", directory: ROOT },
    );
    expect(
      settings.placements.map(({ cloud, region, role, cidrIndex }) => [cloud, region, role, cidrIndex]),
    ).to.deep.equal([
      ["aws", "us-east-1", "primary", 0],
      ["aws", "eu-west-1", "secondary", 1],
    ]);
    expect(settings.protect).to.equal(true);
  });

  it("names what is available for a system that is not", async () => {
    const [problem] = await problemsOf(() => settingsWith({ system: "nothing" }));
    expect(problem?.allowed).to.match(/^vibebox, doc-scraper/);
  });
});
