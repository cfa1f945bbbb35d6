import { expect } from "chai";
import { type Cell, cellsOf } from "../../automation/matrix";
import { planStack } from "../../automation/plan";
import type { PlanResource, PlanValue } from "../../engine";
import { isUnknown, type Wire } from "../../engine/wire";
import { needsPulumi } from "./pulumi";
import { chosen, deployable, secretsOf, Trial } from "./trial";

/** What both say of a resource, in the same words. */
interface Said {
  /** `read` of what is there already. */
  readonly op: string;
  readonly type: string;
  readonly parent: string | null;
  readonly provider: string | null;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
  /** Of a provider. */
  readonly version: string | undefined;
  readonly inputs: unknown;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly newState: {
    readonly type: string;
    readonly parent?: string;
    readonly provider?: string;
    readonly dependencies?: readonly string[];
    readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
    readonly protect?: boolean;
    readonly inputs?: { readonly [key: string]: Wire };
  };
}

/** One cell of each cloud and model, and one of each system. */
const SAMPLE: readonly Cell[] = [
  { system: "vibebox", model: "standalone", cloud: "kubernetes" },
  { system: "doc-scraper", model: "distributed", cloud: "aws" },
  { system: "webharvest", model: "single-server", cloud: "gcp" },
];

describe("sandbox: the offline plan and the real engine's preview agree (needs the Pulumi CLI)", function () {
  this.timeout(300_000);
  const cells = chosen(cellsOf(), SAMPLE).map((cell) => ({ ...cell, name: Object.values(cell).join(", ") }));
  const previews = new Map<string, Promise<Previewed>>();
  before(function () {
    needsPulumi(this);
    // Several at a time: the engine's process and the program's wait for each other.
    const queue = [...cells];
    const next = (): Promise<Previewed> | undefined => {
      const cell = queue.shift();
      const preview = cell && previewOf(cell);
      if (cell && preview) {
        previews.set(cell.name, preview);
        preview.then(
          () => void next(),
          () => void next(),
        );
      }
      return preview;
    };
    for (let started = 0; started < AT_ONCE; started++) {
      next();
    }
  });

  for (const cell of cells) {
    it(`${cell.name}: URNs, parents, providers, dependencies, inputs`, async () => {
      const { trial, secrets, steps } = await awaited(previews, cell.name);
      try {
        const plan = await planStack({
          directory: trial.directory,
          stack: "trial",
          mode: "preview",
          packs: [],
          secrets: Object.keys(secrets).length === 0 ? {} : { "groundplan:secrets": secrets },
        });
        const previewed = Object.fromEntries(steps.map((step) => [step.urn, fromStep(step)]));
        const planned = Object.fromEntries(plan.resources.map((resource) => [resource.urn, fromPlan(resource)]));
        expect(Object.keys(planned).sort()).to.deep.equal(Object.keys(previewed).sort());
        for (const [urn, said] of Object.entries(planned)) {
          expect(said, urn).to.deep.equal(previewed[urn]);
        }
      } finally {
        trial.dispose();
      }
    });
  }
});

/** Previews at a time. */
const AT_ONCE = 3;

interface Previewed {
  readonly trial: Trial;
  readonly secrets: Record<string, unknown>;
  readonly steps: readonly Step[];
}

async function previewOf(cell: Cell): Promise<Previewed> {
  const secrets = await secretsOf(cell.system);
  const trial = await Trial.start(deployable(cell), secrets);
  const { steps } = await trial.preview();
  return { trial, secrets, steps: steps as readonly Step[] };
}

/** The preview of a cell, once its turn has come. */
async function awaited(previews: ReadonlyMap<string, Promise<Previewed>>, name: string): Promise<Previewed> {
  for (;;) {
    const preview = previews.get(name);
    if (preview !== undefined) {
      return preview;
    }
    await Promise.race([...previews.values()].map((other) => other.catch(() => undefined)));
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

function fromStep({ op, newState }: Step): Said {
  const { __internal: _, version, ...inputs } = newState.inputs ?? {};
  return {
    op,
    type: newState.type,
    parent: newState.parent ?? null,
    provider: providerOf(newState.provider),
    dependencies: [...(newState.dependencies ?? [])].sort(),
    propertyDependencies: dependenciesOf(newState.propertyDependencies ?? {}),
    protect: newState.protect ?? false,
    version: isProvider(newState.type) ? String(version) : undefined,
    inputs: shown(isProvider(newState.type) || version === undefined ? inputs : { ...inputs, version }),
  };
}

/** What the engine keeps by itself has a provider of its own, which nobody can name: a plan names none. */
function providerOf(reference: string | undefined): string | null {
  const urn = reference?.replace(/::[^:]*$/, "");
  return urn === undefined || urn.endsWith("::pulumi:providers:pulumi::default") ? null : urn;
}

function fromPlan(resource: PlanResource): Said {
  const { version, ...inputs } = resource.inputs;
  return {
    op: resource.options.readId === undefined ? "create" : "read",
    type: resource.type,
    parent: resource.parent,
    provider: resource.provider,
    dependencies: [...resource.dependencies].sort(),
    propertyDependencies: dependenciesOf(resource.propertyDependencies),
    protect: resource.options.protect === true,
    version: isProvider(resource.type) ? String(version ?? resource.options.version) : undefined,
    inputs: untagged(isProvider(resource.type) || version === undefined ? inputs : { ...inputs, version }),
  };
}

/** The engine writes the version of a provider among its inputs. */
function isProvider(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}

/** The engine lists properties that depend on nothing too. */
function dependenciesOf(map: Readonly<Record<string, readonly string[] | null>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, urns]) => (urns && urns.length > 0 ? [[key, [...urns].sort()]] : [])),
  );
}

/** A preview says of a secret only that it is one, and of one not known yet only that. */
function untagged(value: PlanValue): unknown {
  if (Array.isArray(value)) {
    return value.map(untagged);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const map = value as { readonly [key: string]: PlanValue };
  switch (map.$) {
    case "unknown":
      return "<unknown>";
    case "secret":
      return map.known === true ? "<secret>" : "<unknown>";
    case "map":
      return untagged(map.entries ?? null);
    default:
      return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, untagged(inner)]));
  }
}

function shown(value: Wire): unknown {
  if (isUnknown(value)) {
    return "<unknown>";
  }
  if (value === "[secret]") {
    return "<secret>";
  }
  if (Array.isArray(value)) {
    return value.map(shown);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)]))
    : value;
}
