import * as pulumi from "@pulumi/pulumi";
import type { LayerOwners } from "../components/layers";
import type { Layer } from "../components/tokens";
import type { Settings } from "./settings";

export const LAYERS = ["infrastructure", "platform", "workloads"] as const satisfies readonly Layer[];

/** Outputs a stack tells the one above it by. A secret beside it would make all of an output secret: two of them. */
const OUTPUT = "resources";
const SECRET_OUTPUT = "resourceSecrets";

type Layered = Pick<Settings, "layers" | "layerStack">;
type Told = Readonly<Record<string, pulumi.Output<unknown>>>;

/** Whether another stack owns some of the layers. */
export function isLayered({ layers }: Pick<Settings, "layers">): boolean {
  return LAYERS.some((layer) => !layers.includes(layer));
}

/** The layers of one system over two stacks, as one of them sees it. */
export class Layers implements LayerOwners {
  private readonly told = new Map<string, pulumi.Output<unknown>>();
  private reference: pulumi.StackReference | undefined;

  constructor(private readonly settings: Layered) {}

  roleOf(layer: Layer): "own" | "know" | "leave" {
    const { layers } = this.settings;
    if (layers.includes(layer)) {
      return "own";
    }
    const lowest = Math.min(...layers.map((own) => LAYERS.indexOf(own)));
    return LAYERS.indexOf(layer) < lowest ? "know" : "leave";
  }

  read(type: string, name: string, property: string): pulumi.Output<unknown> {
    const stack = this.settings.layerStack ?? "";
    this.reference ??= new pulumi.StackReference(stack);
    const key = keyOf(type, name, property);
    const plain = this.reference.getOutput(OUTPUT);
    const secret = this.reference.getOutput(SECRET_OUTPUT);
    // Only what is a secret there is one here: which of the two holds it is no secret.
    return plain.apply((all: unknown): pulumi.Output<unknown> => {
      const found = entryOf(all, key);
      return found === undefined
        ? secret.apply((others: unknown) => {
            const hidden = entryOf(others, key);
            if (hidden === undefined) {
              throw new pulumi.RunError(`stack ${stack} does not tell ${property} of ${name}: update that stack first`);
            }
            return hidden;
          })
        : pulumi.output(found);
    });
  }

  asked(type: string, name: string, property: string, value: pulumi.Output<unknown>): void {
    this.told.set(keyOf(type, name, property), value);
  }

  /** The stack's outputs for the one above it; none where there is none. */
  outputs(): Readonly<Record<string, unknown>> {
    if (this.roleOf("workloads") !== "leave") {
      return {};
    }
    const sorted = this.sort();
    return {
      [OUTPUT]: pulumi.output(sorted.then(({ plain }) => plain)),
      [SECRET_OUTPUT]: pulumi.output(sorted.then(({ secret }) => secret)),
    };
  }

  private async sort(): Promise<{ readonly plain: Told; readonly secret: Told }> {
    const entries = await Promise.all(
      [...this.told].map(async ([key, value]) => ({ key, value, secret: await pulumi.isSecret(value) })),
    );
    const of = (secret: boolean) =>
      Object.fromEntries(entries.filter((entry) => entry.secret === secret).map(({ key, value }) => [key, value]));
    return { plain: of(false), secret: of(true) };
  }
}

function keyOf(type: string, name: string, property: string): string {
  return `${type}::${name}.${property}`;
}

function entryOf(all: unknown, key: string): unknown {
  return typeof all === "object" && all !== null ? Reflect.get(all, key) : undefined;
}

/** One run reads its settings once, so they stand for it; nothing outlives them. */
const RUNS = new WeakMap<object, Layers>();

/** How a stack's layers are shared; undefined where it owns them all. */
export function layersOf(settings: Layered): Layers | undefined {
  if (!isLayered(settings)) {
    return undefined;
  }
  const layers = RUNS.get(settings) ?? new Layers(settings);
  RUNS.set(settings, layers);
  return layers;
}
