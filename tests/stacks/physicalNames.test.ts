import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { parse } from "yaml";
import { externalSecrets } from "../../automation/externalSecrets";
import { readStackFile, toPulumiConfig, UNKNOWN_CONFIG_VALUE } from "../../automation/stackFile";
import { systemName } from "../../components/naming";
import { runProgram } from "../../engine";
import groundplan from "../../index";
import { loadSystem } from "../../systems/load";
import { PROJECT } from "./gcpPlan";
import {
  AWS_TAG,
  CLUSTER_WIDE,
  GCP_LABEL,
  LABEL_KINDS,
  LABEL_VALUE,
  NAME_INPUT,
  NAME_LIMITS,
  OBJECT_NAME,
  REFERENCES,
} from "./physicalNames";

const ROOT = resolve(__dirname, "../..");
const REGIONS = { aws: "us-east-1", gcp: "us-central1", kubernetes: "local" } as const;

type Cloud = keyof typeof REGIONS;
type Json = Readonly<Record<string, unknown>>;

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Json;
}

interface Stack {
  readonly cloud: Cloud;
  readonly model: "distributed" | "standalone";
  readonly system: string;
  readonly stack: string;
  readonly settings?: Json;
}

describe("physical names in whole plans", function () {
  this.timeout(300_000);

  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "names-"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  /** VibeBox under another name, in a stack of another name. */
  async function plan({ cloud, model, system, stack, settings = {} }: Stack) {
    const described = await loadSystem("vibebox", { readFile: () => Promise.reject(new Error("built in")) });
    const file = join(directory, "system.json");
    writeFileSync(file, JSON.stringify({ ...described, name: system }));
    const { project, values } = await readStackFile(ROOT, "dev");
    const secrets = await externalSecrets("vibebox", UNKNOWN_CONFIG_VALUE);
    const changes = {
      "groundplan:system": file,
      "groundplan:model": model,
      "groundplan:placements": [{ name: "main", cloud, region: REGIONS[cloud], cidrIndex: 128 }],
      "groundplan:access": { gcp: { project: PROJECT, billingAccount: "012345-6789AB-CDEF01" } },
      "groundplan:policyExemptions": [],
      "groundplan:alerts": { email: { to: ["oncall@example.com"] } },
      ...(Object.keys(secrets).length > 0 ? { "groundplan:secrets": secrets } : {}),
      ...(cloud === "kubernetes"
        ? {}
        : { "groundplan:compute": { schedule: { stop: "0 19 * * *", start: "0 6 * * *" } } }),
      ...(cloud === "kubernetes" || model === "standalone" ? {} : { "groundplan:images": { repository: true } }),
      ...settings,
    };
    const run = await runProgram({
      program: groundplan,
      project,
      stack,
      config: toPulumiConfig({ ...values, ...changes }),
      secretKeys: ["groundplan:secrets"],
      mode: "simulate",
    });
    return {
      resources: run.resources.filter(({ custom }) => custom) as readonly Resource[],
      outputs: run.resources.map(({ outputs }) => outputs as Json),
    };
  }

  /** What is wrong with the names of a resource, as `type name: input value`. */
  function unaccepted({ type, name, inputs }: Resource): readonly string[] {
    const limits = NAME_LIMITS[type] ?? [];
    const wrong = limits.flatMap(({ input, longest, shortest = 0, pattern }) => {
      const value = inputs[input];
      return typeof value !== "string" || (value.length <= longest && value.length >= shortest && pattern.test(value))
        ? []
        : [`${type} ${name}: ${input} ${value}`];
    });
    return [...wrong, ...wrongTexts(inputs, type).map((text) => `${type} ${name}: ${text}`)];
  }

  /** Tags, labels and names of objects that no service takes, wherever they stand. */
  function wrongTexts(value: unknown, type: string): readonly string[] {
    if (Array.isArray(value)) {
      return value.flatMap((entry) => wrongTexts(entry, type));
    }
    if (typeof value !== "object" || value === null) {
      return [];
    }
    const kubernetes = type.startsWith("kubernetes:");
    return Object.entries(value).flatMap(([key, inner]) => {
      const map = typeof inner === "object" && inner !== null && !Array.isArray(inner);
      if (map && /^(tags|labels|matchLabels|userLabels|resourceLabels)$/.test(key)) {
        const texts = Object.values(inner as Json).filter((text): text is string => typeof text === "string");
        const accepts = (text: string) =>
          type.startsWith("aws:")
            ? AWS_TAG.test(text)
            : kubernetes
              ? LABEL_VALUE.test(text) && text.length <= 63
              : (type.startsWith("gcp:monitoring/") && key === "labels") || GCP_LABEL.test(text);
        return texts.filter((text) => !accepts(text)).map((text) => `${key} ${text}`);
      }
      if (kubernetes && key === "metadata" && map) {
        const longest = LABEL_KINDS.includes(type.split(":").at(-1) ?? "") ? 63 : 253;
        return [
          ...wrongTexts(inner, type),
          ...Object.entries(inner as Json).flatMap(([field, text]) =>
            typeof text === "string" &&
            ((field === "name" && !(OBJECT_NAME.test(text) && text.length <= longest)) ||
              (field === "namespace" && !(OBJECT_NAME.test(text) && text.length <= 63)))
              ? [`metadata.${field} ${text}`]
              : [],
          ),
        ];
      }
      return wrongTexts(inner, type);
    });
  }

  const longName = fc
    .string({ unit: fc.constantFrom(..."abzAZ09-äßÉ漢 क."), minLength: 1, maxLength: 100 })
    .map((text) => `É${text}9`.slice(-100).replace(/^[^\p{L}\p{N}]/u, "X"));

  for (const cloud of ["aws", "gcp", "kubernetes"] as const) {
    for (const model of ["distributed", "standalone"] as const) {
      it(`are what each service takes on ${cloud}, ${model}, whatever system and stack are called`, async () => {
        const cases = [
          { system: "Ä".repeat(100), stack: "PROD.".repeat(20) },
          ...fc.sample(fc.record({ system: longName, stack: fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/) }), {
            numRuns: 1,
            seed: 7,
          }),
        ];
        for (const names of cases) {
          const { resources, outputs } = await plan({ cloud, model, ...names });
          expect(resources.length).to.be.greaterThan(20);
          expect(resources.flatMap(unaccepted)).to.deep.equal([]);
          // What is not in the table may hold what people call the system nowhere either.
          const raw = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(names.system));
          expect(raw.map(({ name }) => name)).to.deep.equal([]);
          for (const { files } of outputs) {
            const paths = Object.keys((files ?? {}) as Json);
            expect(paths.filter((path) => !/^[\w./@-]{1,200}$/.test(path))).to.deep.equal([]);
            const compose = (files as Json | undefined)?.["host/compose.yaml"];
            if (typeof compose === "string") {
              expect((parse(compose) as Json).name).to.match(/^[a-z0-9][a-z0-9_-]{0,62}$/);
            }
          }
        }
      });
    }
  }

  it("has a limit in its table for every input that names a thing after the system", async () => {
    const system = "shopzz";
    const unlisted = new Set<string>();
    for (const cloud of ["aws", "gcp"] as const) {
      for (const model of ["distributed", "standalone"] as const) {
        const { resources } = await plan({ cloud, model, system, stack: "dev" });
        for (const { type, inputs } of resources.filter((made) => /^(aws|gcp):/.test(made.type))) {
          if (REFERENCES.includes(type)) continue;
          const known = (NAME_LIMITS[type] ?? []).map(({ input }) => input);
          for (const [input, value] of Object.entries(inputs)) {
            if (NAME_INPUT.test(input) && !known.includes(input) && String(value).includes(system)) {
              unlisted.add(`${type} ${input}`);
            }
          }
        }
      }
    }
    expect([...unlisted]).to.deep.equal([]);
  });

  const scope = (resources: readonly Resource[]): readonly string[] =>
    resources.flatMap(({ type, inputs }) => {
      const kind = type.split(":").at(-1) ?? "";
      const metadata = inputs.metadata as { readonly name?: unknown } | undefined;
      const object = type.startsWith("kubernetes:") && CLUSTER_WIDE.includes(kind);
      return object
        ? [`${kind} ${String(metadata?.name)}`]
        : (NAME_LIMITS[type] ?? []).flatMap(({ input, oneOf }) =>
            oneOf === "account" && typeof inputs[input] === "string" ? [`${type} ${String(inputs[input])}`] : [],
          );
    });

  for (const cloud of ["aws", "gcp"] as const) {
    for (const model of ["distributed", "standalone"] as const) {
      it(`of two stacks of a system in one place share nothing on ${cloud}, ${model}`, async () => {
        const [one, other] = [
          await plan({ cloud, model, system: "shop", stack: "pr-1" }),
          await plan({ cloud, model, system: "shop", stack: "pr-2" }),
        ];
        const ofAccount = ({ resources }: typeof one) =>
          scope(resources.filter(({ type }) => !/^kubernetes:/.test(type)));
        const names = ofAccount(one);
        expect(names.length).to.be.greaterThan(model === "distributed" ? 13 : 3);
        expect(new Set(names).size, "two of a type share a name").to.equal(names.length);
        expect(ofAccount(other).filter((name) => names.includes(name))).to.deep.equal([]);
      });
    }
  }

  it("of two instances in one cluster share no namespace and nothing of the cluster's", async () => {
    const instance = (name: string) =>
      plan({
        cloud: "kubernetes",
        model: "distributed",
        system: "shop",
        stack: "dev",
        settings: { "groundplan:instance": name },
      });
    const [one, other] = [scope((await instance("eu")).resources), scope((await instance("us")).resources)];
    expect(one.length).to.be.greaterThan(5);
    // The namespaces of operators are the cluster's, and so is who installs them.
    const own = (names: readonly string[]) =>
      names.filter(
        (name) =>
          !/^Namespace (cnpg-system|keda|ingress|[a-z-]*-system|monitoring|cert-manager|external-secrets|gateway)$/.test(
            name,
          ),
      );
    expect(own(other).filter((name) => own(one).includes(name))).to.deep.equal([]);
  });

  it("stay as they are where the stack is called like its environment, however the setting says so", async () => {
    const of = (stack: string, settings: Json = {}) =>
      plan({ cloud: "gcp", model: "standalone", system: "shop", stack, settings });
    const names = scope((await of("dev")).resources);
    expect(names).to.include("gcp:serviceaccount/account:Account host-shop-dev-main");
    expect(scope((await of("team-a", { "groundplan:instance": "dev" })).resources)).to.deep.equal(names);
  });
});

describe("the name a system goes by", () => {
  const anyName = fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 });

  it("is short kebab-case, the same every time, and another for another name or instance", () => {
    const instance = fc.option(fc.stringMatching(/^[\w.-]{1,100}$/), { nil: undefined });
    const key = fc.tuple(anyName, instance);
    fc.assert(
      fc.property(key, key, (one, other) => {
        expect(systemName(...one)).to.match(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/);
        expect(systemName(...one)).to.equal(systemName(...one));
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(systemName(...one)).to.not.equal(systemName(...other));
      }),
    );
  });

  it("is the system's own where that is one", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/), (name) => {
        expect(systemName(name)).to.equal(name);
      }),
    );
  });

  it("tells an instance from a system called alike", () => {
    expect(systemName("shop", "eu")).to.match(/^shop-eu-[0-9a-f]{6}$/);
    expect(systemName("shop-eu")).to.equal("shop-eu");
  });
});
