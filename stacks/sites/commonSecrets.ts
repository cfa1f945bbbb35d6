import type * as pulumi from "@pulumi/pulumi";
import { InputError } from "../../components/errors";
import type { RotationSource } from "../../components/secrets/rotation/work";
import type { CommonValues } from "../../components/secrets/secretStore/generated";
import { systemIn } from "../context";
import { type Handover, handoversOf } from "../handover";
import { owns } from "../parts";
import type { PlacementSettings, ProgramSettings } from "../settings";
import { secretInputs } from "./secretInputs";
import type { SiteRequest } from "./site";

type Values = ReadonlyMap<string, pulumi.Output<string>>;

/** Entries that rotate: what holds the current value. */
export type Entries = ReadonlyMap<string, RotationSource>;

/** What the placements of a system know of each other's made-up values. */
class CommonSecrets {
  /** Values this stack's placements use, by placement. */
  readonly told = new Map<string, Values>();
  /** Entries of them that rotate, by placement. */
  readonly entries = new Map<string, Entries>();
  private readonly madeUp = new Map<string, ReadonlySet<string>>();

  constructor(private readonly settings: ProgramSettings) {}

  /** The first placement, the primary before all others, that has the secret. */
  sourceOf(secret: string): PlacementSettings | undefined {
    return this.settings.placements.find((placement) => this.namesIn(placement).has(secret));
  }

  remote(source: PlacementSettings, secret: string): pulumi.Output<string> {
    const [primary] = this.settings.placements;
    if (source !== primary) {
      throw new InputError([
        {
          path: `secrets.${secret}`,
          found: `a secret of ${source.name} that ${primary?.name} does not have`,
          allowed: `a secret of ${primary?.name}: every other part reads made-up values of the primary's stack`,
          fix: `let ${primary?.name} have it too, or own all placements that use it in one stack`,
        },
      ]);
    }
    return handoversOf(this.settings).of(source.name).secret("generated", secret);
  }

  private namesIn(placement: PlacementSettings): ReadonlySet<string> {
    const known = this.madeUp.get(placement.name) ?? madeUpNames(this.settings, placement);
    this.madeUp.set(placement.name, known);
    return known;
  }
}

/** One run reads its settings once, so they stand for it; nothing outlives them. */
const RUNS = new WeakMap<ProgramSettings, CommonSecrets>();

/**
 * Where a placement's made-up values come from: the placement that leads, which makes them up for all. Undefined where
 * the system runs in one place.
 */
export function commonValues({ settings, placementSettings }: SiteRequest): CommonValues | undefined {
  if (settings.placements.length < 2) {
    return undefined;
  }
  const common = commonSecrets(settings);
  return {
    from: (secret) => {
      const source = common.sourceOf(secret);
      if (source === undefined || source.name === placementSettings.name) {
        return undefined;
      }
      return owns(settings, source.name) ? common.told.get(source.name)?.get(secret) : common.remote(source, secret);
    },
  };
}

/**
 * Where the current value of a made-up secret is that rotates: in the entry of the placement that made it up. Undefined
 * where the system runs in one place; of a secret, where it is the placement's own.
 */
export function commonEntries({
  settings,
  placementSettings,
}: SiteRequest): ((secret: string) => RotationSource | undefined) | undefined {
  if (settings.placements.length < 2) {
    return undefined;
  }
  const common = commonSecrets(settings);
  return (secret) => {
    const source = common.sourceOf(secret);
    if (source === undefined || source.name === placementSettings.name) {
      return undefined;
    }
    if (owns(settings, source.name)) {
      return common.entries.get(source.name)?.get(secret);
    }
    const part = handoversOf(settings).of(source.name);
    return { arn: part.fact("entries", secret, "arn"), keyArn: part.fact("entries", secret, "keyArn") };
  };
}

/** Tells the other placements what this one made up, and the entries of what rotates. */
export function tellGenerated(
  { settings, placementSettings }: SiteRequest,
  generated: Values,
  entries: Entries = new Map(),
): void {
  const common = commonSecrets(settings);
  common.told.set(placementSettings.name, generated);
  common.entries.set(placementSettings.name, entries);
}

/** What a placement hands over, and with it, of the primary, the values that others take from it. */
export function withGenerated(
  settings: ProgramSettings,
  { name }: Pick<PlacementSettings, "name">,
  handover: Handover | undefined,
): Handover | undefined {
  const generated = [...(commonSecrets(settings).told.get(name) ?? [])];
  if (settings.placements[0]?.name !== name || generated.length === 0) {
    return handover;
  }
  const { facts = {}, secrets = {} } = handover ?? {};
  const entries = [...(commonSecrets(settings).entries.get(name) ?? [])];
  const told = entries.length > 0 ? { ...facts, entries: Object.fromEntries(entries) } : facts;
  return { facts: told, secrets: { ...secrets, generated: Object.fromEntries(generated) } };
}

function commonSecrets(settings: ProgramSettings): CommonSecrets {
  const common = RUNS.get(settings) ?? new CommonSecrets(settings);
  RUNS.set(settings, common);
  return common;
}

function madeUpNames(settings: ProgramSettings, placement: PlacementSettings): ReadonlySet<string> {
  const { secrets, values } = secretInputs(systemIn(settings, placement), settings);
  const names = Object.keys(secrets).filter(
    (name) => secrets[name]?.generate !== undefined && values[name] === undefined,
  );
  return new Set(names);
}
