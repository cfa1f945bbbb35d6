import type * as pulumi from "@pulumi/pulumi";
import type { Access, Binding, BindingValue, EndpointRole, SecretSource } from "../binding";
import { InputError, type Problem, show } from "../errors";
import { didYouMean } from "../validation/suggestions";
import type { Flow } from "./networkPolicy";

/** One thing a workload talks to, bound to where it runs. */
export interface BoundUse {
  /** Name of the target in the spec. */
  readonly target: string;
  readonly binding: Binding;
  readonly access: Access;
  readonly endpoint: EndpointRole;
  /** Ports of the target this workload connects to. */
  readonly ports: readonly number[];
  /** Environment variables, each with the value of the target it takes. */
  readonly env: Readonly<Record<string, string>>;
}

/** The environment of a container, sorted by where each value must be kept. */
export interface Environment {
  readonly plain: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secret: Readonly<Record<string, SecretSource>>;
}

export interface EnvironmentArgs {
  readonly service: string;
  /** Plain settings of the spec. */
  readonly env: Readonly<Record<string, string>>;
  readonly uses: readonly BoundUse[];
  /** Secrets of the system by variable. */
  readonly secrets: Readonly<Record<string, BindingValue>>;
}

/** Works out every variable of a service. Throws an {@link InputError} for values a target does not offer. */
export function planEnvironment(args: EnvironmentArgs): Environment {
  const plain: Record<string, pulumi.Input<string>> = { ...args.env };
  const secret: Record<string, SecretSource> = {};
  const problems: Problem[] = [];
  const put = (name: string, value: BindingValue) => {
    // The last word counts: an edge's value replaces the spec's default, wherever either is kept.
    delete plain[name];
    delete secret[name];
    if (value.kind === "plain") {
      plain[name] = value.value;
    } else {
      secret[name] = value.source;
    }
  };
  for (const use of args.uses) {
    const offered = use.binding.values(args.service, use.endpoint);
    for (const [variable, key] of Object.entries(use.env)) {
      const value = offered[key];
      if (value) {
        put(variable, value);
      } else {
        problems.push(notOffered(args.service, use.target, variable, key, Object.keys(offered)));
      }
    }
  }
  for (const [variable, value] of Object.entries(args.secrets)) {
    put(variable, value);
  }
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  return { plain, secret };
}

/** Where a workload's edges lead, for its policy. Edges to one target over several entries become one flow. */
export function egressFlows(uses: readonly BoundUse[]): readonly Flow[] {
  const ports = new Map<string, { peers: Flow["peers"]; ports: Set<number> }>();
  for (const use of uses) {
    if (use.binding.peers.length === 0 || use.ports.length === 0) {
      continue;
    }
    const flow = ports.get(use.target) ?? { peers: use.binding.peers, ports: new Set<number>() };
    for (const port of use.ports) {
      flow.ports.add(port);
    }
    ports.set(use.target, flow);
  }
  return [...ports.values()].map((flow) => ({ peers: flow.peers, ports: [...flow.ports] }));
}

/** What must stand before whoever talks to these starts. */
export function readiness(uses: readonly BoundUse[]): readonly pulumi.Resource[] {
  return [...new Set(uses.flatMap((use) => use.binding.ready))];
}

function notOffered(
  service: string,
  target: string,
  variable: string,
  key: string,
  offered: readonly string[],
): Problem {
  return {
    path: `services.${service}.uses[${target}].env.${variable}`,
    found: show(key),
    allowed: offered.length > 0 ? offered.join(", ") : "nothing: the target has no values",
    fix: didYouMean(key, offered) ?? "take one of the values the target offers",
  };
}
