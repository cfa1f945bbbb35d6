import { expect } from "chai";
import { parseSettings } from "../../stacks/settings";
import { least, problemsOf, problemsWith, settingsWith } from "./settingsFixture";

const digest = `@sha256:${"0".repeat(64)}`;

const IN_TWO_REGIONS = {
  model: "global",
  placements: [
    { name: "main", cloud: "aws", region: "eu-west-1", role: "primary", cidrIndex: 0 },
    { name: "far", cloud: "aws", region: "us-east-1", role: "secondary", cidrIndex: 1 },
  ],
};

/** Each wrong setting alone: its change, and path and fix of the one problem it gives. */
const MISTAKES: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
  ["no system", { system: undefined }, "groundplan:system", /^add it$/],
  ["no environment: it is never inferred", { environment: undefined }, "groundplan:environment", /^add it$/],
  ["no model", { model: undefined }, "groundplan:model", /^add it$/],
  ["an unknown environment", { environment: "prod" }, "groundplan:environment", /production\?$/],
  ["an unknown model", { model: "distribted" }, "groundplan:model", /distributed\?$/],
  ["an unknown setting", { domian: "example.com" }, "groundplan:domian", /^did you mean domain\?$/],
  ["a domain with a scheme", { domain: "https://example.com" }, "groundplan:domain", /without scheme/],
  [
    "a domain whose last label is one letter",
    { domain: "a.b" },
    "groundplan:domain",
    /^write labels of lower-case letters, digits and hyphens with a dot between, the last of at least two letters;/,
  ],
  ["a domain with an underscore", { domain: "harvest_acme" }, "groundplan:domain", /letters, digits and hyphens/],
  ["a wrong type", { protect: "maybe" }, "groundplan:protect", /write true or false/],
  ["text where a map belongs", { images: "registry.example.com" }, "groundplan:images", /write a mapping/],
  [
    "an image of no service",
    { images: { services: { frontnd: "a/b:1" } } },
    "groundplan:images.services.frontnd",
    /^did you mean frontend\?$/,
  ],
  [
    "an image of no store",
    { images: { stores: { mysql: "a/b:1" } } },
    "groundplan:images.stores.mysql",
    /correct the name/,
  ],
  [
    "an image with a scheme",
    { images: { services: { backend: "https://a/b:1" } } },
    "groundplan:images.services.backend",
    /without https/,
  ],
  [
    "an image with a short digest",
    { images: { services: { backend: "a/b@sha256:abc" } } },
    "groundplan:images.services.backend",
    /tag or digest/,
  ],
  [
    "an override of no service",
    { overrides: { services: { bakend: { env: { A: "1" } } } } },
    "groundplan:overrides.services.bakend",
    /^did you mean backend\?$/,
  ],
  [
    "an override that breaks the system",
    { overrides: { services: { backend: { scaling: { min: 20 } } } } },
    "groundplan:overrides.services.backend.scaling.min",
    /lower min/,
  ],
  [
    "an override of an unknown field",
    { overrides: { services: { backend: { imgae: "x" } } } },
    "groundplan:overrides.services.backend.imgae",
    /^did you mean image\?$/,
  ],
  [
    "the world as a deployer",
    { access: { deployer: { from: "cidrs", cidrBlocks: ["0.0.0.0/0"] } } },
    "groundplan:access.deployer.cidrBlocks[0]",
    /never the whole world/,
  ],
  [
    "ranges nobody uses",
    { access: { deployer: { cidrBlocks: ["203.0.113.0/24"] } } },
    "groundplan:access.deployer.cidrBlocks",
    /set from to cidrs/,
  ],
  [
    "no ranges where some are needed",
    { access: { deployer: { from: "cidrs" } } },
    "groundplan:access.deployer.cidrBlocks",
    /list the ranges/,
  ],
  [
    "an account id as a number",
    { access: { aws: { allowedAccountIds: ["1234"] } } },
    "groundplan:access.aws.allowedAccountIds[0]",
    /in quotes/,
  ],
  ["a project's number", { access: { gcp: { project: "123456" } } }, "groundplan:access.gcp.project", /project's id/],
  ["a role that is none", { access: { aws: { roleArn: "deployer" } } }, "groundplan:access.aws.roleArn", /full ARN/],
  ["an unknown add-on", { kubernetes: { addOns: { kedda: "install" } } }, "groundplan:kubernetes.addOns.kedda", /./],
  [
    "an add-on neither installed nor there",
    { kubernetes: { addOns: { keda: "yes" } } },
    "groundplan:kubernetes.addOns.keda",
    /choose one/,
  ],
  [
    "a mesh without its operator",
    { mesh: { kind: "istio" }, kubernetes: { addOns: { istio: "none" } } },
    "groundplan:kubernetes.addOns.istio",
    /install it/,
  ],
  [
    "ephemeral production",
    {
      environment: "production",
      ephemeral: true,
      images: {
        services: Object.fromEntries(["frontend", "backend", "docker"].map((name) => [name, `a/${name}${digest}`])),
      },
    },
    "groundplan:ephemeral",
    /another environment/,
  ],
  ["protection of what is ephemeral", { ephemeral: true, protect: true }, "groundplan:protect", /remove one/],
  [
    "an exemption without an end",
    { policyExemptions: [{ rules: ["r"], resource: "x", reason: "because it must be" }] },
    "groundplan:policyExemptions[0].expires",
    /add it/,
  ],
  [
    "an exemption that ends on no day",
    { policyExemptions: [{ rules: ["r"], resource: "x", reason: "because it must be", expires: "2027-02-30" }] },
    "groundplan:policyExemptions[0].expires",
    /YYYY-MM-DD/,
  ],
  ["an instance no name could hold", { instance: "eu/west" }, "groundplan:instance", /such as eu/],
  ["a first day that is none", { secretRotation: { first: "2027-02-30" } }, "groundplan:secretRotation.first", /YYYY/],
  [
    "secrets that are due where nobody is told",
    { secretRotation: { first: "2027-02-28" } },
    "groundplan:secretRotation.first",
    /note the day/,
  ],
  [
    "an interval of databases' passwords that no function serves",
    {
      model: "single-server",
      placements: [{ name: "main", cloud: "aws", region: "eu-west-1" }],
      secretRotation: { days: 30 },
    },
    "groundplan:secretRotation.days",
    /remove it/,
  ],
  [
    "an interval beyond what Secrets Manager takes",
    { secretRotation: { days: 1_001 } },
    "groundplan:secretRotation.days",
    /1000/,
  ],
  [
    "a policy of images where nobody asks",
    { compute: { admission: { mode: "block", allow: ["ghcr.io/acme/**"] } } },
    "groundplan:compute.admission",
    /remove it/,
  ],
  [
    "a policy of images that would start none",
    {
      placements: [{ name: "main", cloud: "gcp", region: "us-central1" }],
      access: { gcp: { project: "acme-prod" } },
      compute: { admission: { mode: "block" } },
    },
    "groundplan:compute.admission",
    /where images come from/,
  ],
  [
    "a pattern of images with a star in the middle",
    { compute: { admission: { mode: "audit", allow: ["ghcr.io/*/api"] } } },
    "groundplan:compute.admission.allow[0]",
    /registry whole/,
  ],
  [
    "an attestor that is none",
    { compute: { admission: { mode: "audit", attestors: ["built-by-ci"] } } },
    "groundplan:compute.admission.attestors[0]",
    /attestors list/,
  ],
  [
    "an image of nodes that is none",
    { compute: { nodeRelease: "v20260224" } },
    "groundplan:compute.nodeRelease",
    /docs\/upgrades-aws\.md/,
  ],
  [
    "an image for nodes somebody else makes",
    { existing: { main: { cluster: "theirs" } }, compute: { nodeRelease: "1.35.2-20260224" } },
    "groundplan:compute.nodeRelease",
    /^remove it$/,
  ],
  [
    "support of a cluster there is not",
    { model: "single-server", compute: { extendedSupport: true } },
    "groundplan:compute.extendedSupport",
    /^remove it$/,
  ],
  [
    "a machine made anew where there is none",
    { compute: { hostGeneration: "2027-01" } },
    "groundplan:compute.hostGeneration",
    /^remove it$/,
  ],
  ["a layer there is not", { layers: ["workload"] }, "groundplan:layers[0]", /^did you mean workloads\?$/],
  ["a part there is not", { ...IN_TWO_REGIONS, parts: ["mian"] }, "groundplan:parts[0]", /^did you mean main\?$/],
  ["parts of one placement", { parts: ["main"] }, "groundplan:parts", /^remove parts: the stack owns/],
  ["parts of one placement, misspelled", { parts: ["mian"] }, "groundplan:parts", /^remove parts: the stack owns/],
  [
    "parts and their stacks, of one placement",
    { parts: ["mian"], partStacks: { edge: "live-edge" } },
    "groundplan:parts",
    /^remove parts and partStacks: /,
  ],
  ["stacks of parts, of one placement", { partStacks: { mian: "x" } }, "groundplan:partStacks", /^remove partStacks: /],
  [
    "something existing in no placement",
    { existing: { mian: { cluster: "c" } } },
    "groundplan:existing.mian",
    /^did you mean main\?$/,
  ],
  [
    "a domain outside the zone",
    { domain: "shop.example.org", existing: { main: { zone: "Z0123456789ABC", zoneName: "example.com" } } },
    "groundplan:domain",
    /name the zone it is in/,
  ],
  [
    "a domain that only ends like the zone",
    { domain: "notexample.com", existing: { main: { zone: "Z0123456789ABC", zoneName: "example.com" } } },
    "groundplan:domain",
    /correct the domain/,
  ],
  [
    "the name of a zone that none is named for",
    { existing: { main: { zoneName: "example.com" } } },
    "groundplan:existing.main.zoneName",
    /existing\.main\.zone$/,
  ],
  [
    "an existing database of no store",
    { existing: { main: { buckets: { backup: "my-bucket" } } } },
    "groundplan:existing.main.buckets.backup",
    /^did you mean backups\?$/,
  ],
  ["a tag no cloud takes", { tags: { "My Tag": "x" } }, 'groundplan:tags["My Tag"]', /rename the tag/],
  [
    "a secret the system has not",
    { secrets: { jwt: { secure: "v1:abc" } } },
    "groundplan:secrets.jwt",
    /correct the name/,
  ],
];

describe("settings", () => {
  for (const [what, change, path, fix] of MISTAKES) {
    it(`reject ${what}`, async () => {
      const problems = await problemsWith(change);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
      expect(problems[0]?.fix).to.match(fix);
      expect(problems[0]?.source).to.equal("Pulumi.test.yaml");
    });
  }

  it("load the system and fill in every default", async () => {
    const settings = await settingsWith({});
    expect(settings).to.deep.include({
      stack: "test",
      environment: "dev",
      model: "distributed",
      protect: false,
      ephemeral: false,
    });
    expect([settings.system.name, settings.layers.length, settings.mesh.kind]).to.deep.equal(["vibebox", 3, "none"]);
    expect(settings.access.deployer).to.deep.equal({ from: "private", cidrBlocks: [] });
  });

  it("read structured values as the engine hands them over: JSON in text", async () => {
    const texts = Object.entries({ ...least, "groundplan:protect": true, "groundplan:tags": { owner: "me" } }).map(
      ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)],
    );
    expect(await parseSettings(Object.fromEntries(texts), { stack: "test" })).to.deep.equal(
      await settingsWith({ protect: true, tags: { owner: "me" } }),
    );
  });

  it("take a domain that is its zone, or below it", async () => {
    for (const [domain, zoneName] of [
      ["example.com", "example.com"],
      ["shop.example.com", "example.com"],
      ["shop.example.com", "shop.example.com"],
    ]) {
      const change = { domain, existing: { main: { zone: "Z0123456789ABC", zoneName } } };
      expect(await problemsWith(change), `${domain} in ${zoneName}`).to.deep.equal([]);
    }
  });

  it("leave other namespaces alone", async () => {
    const settings = await parseSettings(
      { ...least, "aws:region": "mars", "pulumi:disable-default-providers": ["*"] },
      { stack: "test" },
    );
    expect(settings.placements[0]?.region).to.equal("eu-west-1");
  });

  it("protect what holds data outside dev, unless told otherwise", async () => {
    const protect = async (change: Record<string, unknown>) => (await settingsWith(change)).protect;
    expect(await protect({ environment: "staging" })).to.equal(true);
    expect(await protect({ environment: "staging", ephemeral: true })).to.equal(false);
    expect(await protect({ environment: "staging", protect: false })).to.equal(false);
    expect(await protect({ protect: true })).to.equal(true);
  });

  it("tell a stack from others of its system by its name, unless that is its environment's", async () => {
    const of = async (stack: string, change: Record<string, unknown> = {}) => {
      const { instance, clusterInstance } = await parseSettings({ ...least, ...change }, { stack });
      return [instance, clusterInstance];
    };
    expect(await of("dev")).to.deep.equal([undefined, undefined]);
    expect(await of("team-a")).to.deep.equal(["team-a", undefined]);
    expect(await of("pr-7", { ephemeral: true })).to.deep.equal(["pr-7", "pr-7"]);
    expect(await of("dev", { instance: "eu" })).to.deep.equal(["eu", "eu"]);
    expect(await of("team-a", { instance: "dev" })).to.deep.equal([undefined, undefined]);
    // What two stacks share has the name of neither.
    expect(await of("team-a-base", { layers: ["infrastructure", "platform"] })).to.deep.equal([undefined, undefined]);
  });

  it("take the system's domain where they name none", async () => {
    expect((await settingsWith({ system: "doc-scraper" })).domain).to.equal("scraper.example.com");
    expect((await settingsWith({ system: "doc-scraper", domain: "other.example.com" })).domain).to.equal(
      "other.example.com",
    );
  });

  it("ask for a digest of every image in production, and nowhere else", async () => {
    expect((await problemsWith({ environment: "production" })).map(({ path }) => path)).to.deep.equal([
      "groundplan:images.services.frontend",
      "groundplan:images.services.backend",
      "groundplan:images.services.docker",
    ]);
    expect(await problemsWith({ environment: "staging" })).to.deep.equal([]);
  });

  it("accept a new service that comes with a kind of its own", async () => {
    const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "100m", memory: "64Mi" } };
    const overrides = { services: { tool: { kind: "deployment", image: "tool:1", resources } } };
    expect(await problemsWith({ overrides })).to.deep.equal([]);
  });

  it("find a namespace that is all but theirs, and leave every other to its owner", async () => {
    const config = { ...least, "grounplan:domain": "shop.example.com", "aws:region": "eu-west-1", "trial:count": "2" };
    const problems = await problemsOf(() => parseSettings(config, { stack: "test" }));
    expect(problems).to.deep.equal([
      {
        path: "grounplan:domain",
        found: '"grounplan"',
        allowed: "the namespace groundplan",
        fix: "did you mean groundplan:domain?",
        source: "Pulumi.test.yaml",
      },
    ]);
  });

  it("name the way out of a fixed count that meets a range, whole: what it says to write is right", async () => {
    const scaling = (change: object) => ({ overrides: { services: { backend: { scaling: change } } } });
    const [problem, ...others] = await problemsWith(scaling({ replicas: 3 }));
    expect([problem?.path, others]).to.deep.equal(["groundplan:overrides.services.backend.scaling.replicas", []]);
    const nulls = problem?.fix.split("or ").at(-1) ?? "";
    const written = [...nulls.matchAll(/(\w+): null/g)].map(([, field = ""]) => [field, null]);
    expect(written.map(([field]) => field)).to.include.members(["min", "max", "cpuPercent"]);
    expect(await problemsWith(scaling({ replicas: 3, ...Object.fromEntries(written) }))).to.deep.equal([]);
    expect(await problemsWith(scaling({ replicas: null }))).to.deep.equal([]);
    const ranged = await problemsWith({ overrides: { services: { frontend: { scaling: { min: 2, max: 4 } } } } });
    expect(ranged.map(({ path, source }) => [path, source])).to.deep.equal([
      ["groundplan:overrides.services.frontend.scaling.replicas", "Pulumi.test.yaml"],
    ]);
  });

  it("report a system file's own problems with the settings'", async () => {
    const problems = await problemsWith({ system: "./nowhere.yaml", model: "globl" });
    expect(problems.map(({ path }) => path)).to.deep.equal(["groundplan:system", "groundplan:model"]);
  });

  it("give ten mistakes as ten problems", async () => {
    const problems = await problemsWith({
      system: "vibebx",
      environment: "prod",
      model: "global",
      domain: "https://example.com",
      domian: "x",
      tags: "owner",
      access: { deployer: { from: "cidrs" } },
      secrets: { key: "in plain text" },
      placements: [
        { name: "us", cloud: "gcp", region: "us-central1-a", role: "primary", cidrIndex: 0 },
        { name: "us", cloud: "aws", region: "eu-wset-1", account: "12", cidrIndex: 0 },
      ],
    });
    expect(problems.map(({ path }) => path).sort()).to.deep.equal([
      "groundplan:access.deployer.cidrBlocks",
      "groundplan:domain",
      "groundplan:domian",
      "groundplan:environment",
      "groundplan:placements[0].region",
      "groundplan:placements[1].account",
      "groundplan:placements[1].cidrIndex",
      "groundplan:placements[1].name",
      "groundplan:placements[1].region",
      "groundplan:secrets.key",
      "groundplan:system",
      "groundplan:tags",
    ]);
  });
});
