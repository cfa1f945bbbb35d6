import * as pulumi from "@pulumi/pulumi";
import { isSplit, owns } from "./parts";
import type { Settings } from "./settings";

/** Outputs a part's stack tells the others by. A secret beside it would make all of an output secret: two of them. */
const OUTPUT = "handover";
const SECRET_OUTPUT = "handoverSecrets";

type Tree = Readonly<Record<string, unknown>>;

/** What one part tells the others. */
export interface Handover {
  readonly facts: Tree;
  readonly secrets?: Tree;
}

/** What a part tells, by the path it was handed over under. */
export interface ToldPart {
  fact(...path: readonly string[]): pulumi.Output<string>;
  secret(...path: readonly string[]): pulumi.Output<string>;
}

/** A part this stack deploys, for those deployed before it: what it tells comes once it does. */
class LaterPart implements ToldPart {
  hear: (handover: Handover) => void = () => undefined;
  private readonly heard = new Promise<Handover>((resolve) => {
    this.hear = resolve;
  });

  fact(...path: readonly string[]): pulumi.Output<string> {
    return later(this.heard.then(({ facts }) => leaf(facts, path)));
  }

  secret(...path: readonly string[]): pulumi.Output<string> {
    return pulumi.secret(later(this.heard.then(({ secrets = {} }) => leaf(secrets, path))));
  }
}

/** A part that another stack deploys, as its outputs tell of it. */
export class RemotePart implements ToldPart {
  private readonly reference: pulumi.StackReference;

  constructor(
    private readonly part: string,
    stack: string,
  ) {
    this.reference = new pulumi.StackReference(stack);
  }

  /** A fact by the path it was handed over under. */
  fact(...path: readonly string[]): pulumi.Output<string> {
    return this.read(OUTPUT, path);
  }

  secret(...path: readonly string[]): pulumi.Output<string> {
    return pulumi.secret(this.read(SECRET_OUTPUT, path));
  }

  private read(output: string, path: readonly string[]): pulumi.Output<string> {
    return this.reference.getOutput(output).apply((told: unknown) => {
      const found = [this.part, ...path].reduce<unknown>(
        (value, key) => (typeof value === "object" && value !== null ? (value as Tree)[key] : undefined),
        told,
      );
      if (typeof found !== "string") {
        throw new pulumi.RunError(
          `the stack that owns ${this.part} does not tell ${path.join(".")} in its output ${output}: update that stack first`,
        );
      }
      return found;
    });
  }
}

/** What the stacks of one system know of each other: what this one tells, and what it reads of the others. */
export class Handovers {
  private readonly told = new Map<string, Handover>();
  private readonly remote = new Map<string, RemotePart>();
  private readonly awaited = new Map<string, LaterPart>();

  constructor(private readonly settings: Pick<Settings, "parts" | "placements" | "partStacks">) {}

  tell(part: string, handover: Handover): void {
    this.told.set(part, handover);
    this.awaited.get(part)?.hear(handover);
  }

  /** A part, be it another stack's or one this stack has yet to deploy. */
  ofAny(part: string): ToldPart {
    if (!owns(this.settings, part)) {
      return this.of(part);
    }
    const known = this.awaited.get(part) ?? new LaterPart();
    this.awaited.set(part, known);
    return known;
  }

  /** A part of another stack. That a stack is named for it is checked with the settings. */
  of(part: string): RemotePart {
    const known = this.remote.get(part) ?? new RemotePart(part, this.settings.partStacks[part] ?? part);
    this.remote.set(part, known);
    return known;
  }

  /** The stack's outputs for the others; none where there are no others. */
  outputs(): Readonly<Record<string, Tree>> {
    if (!isSplit(this.settings) || this.told.size === 0) {
      return {};
    }
    const entries = [...this.told];
    const secrets = entries.flatMap(([part, { secrets: told }]) => (told ? [[part, sealed(told)] as const] : []));
    return {
      [OUTPUT]: Object.fromEntries(entries.map(([part, { facts }]) => [part, facts])),
      ...(secrets.length === 0 ? {} : { [SECRET_OUTPUT]: Object.fromEntries(secrets) }),
    };
  }
}

/** One run reads its settings once, so they stand for it; nothing outlives them. */
const RUNS = new WeakMap<object, Handovers>();

export function handoversOf(settings: Pick<Settings, "parts" | "placements" | "partStacks">): Handovers {
  const handovers = RUNS.get(settings) ?? new Handovers(settings);
  RUNS.set(settings, handovers);
  return handovers;
}

/** Every leaf a secret of its own, so that a plan and the engine tell each by its path and none by its value. */
function sealed(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, isTree(value) ? sealed(value) : pulumi.secret(value)]),
  );
}

function later(value: Promise<unknown>): pulumi.Output<string> {
  return pulumi.output(value) as pulumi.Output<string>;
}

function leaf(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isTree(value) ? value[key] : undefined), tree);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !pulumi.Output.isInstance(value);
}
