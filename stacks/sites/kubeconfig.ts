import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { type Problem, show } from "../../components/errors";
import { didYouMean } from "../../components/validation/suggestions";
import { ownPlacements } from "../parts";
import type { Settings } from "../settings";

/** What kubeconfigs say together, the first word on each matter counting, as `kubectl` reads them. */
export interface Kubeconfig {
  readonly files: readonly string[];
  readonly contexts: readonly string[];
  readonly currentContext?: string;
}

/** The machine a program runs on. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Whether clusters are about to be changed: then there has to be a way to them. */
  readonly updates: boolean;
}

/** Reads kubeconfigs, leaving out files that are not there. Undefined where none is; a file that is none is named. */
export function readKubeconfigs(paths: readonly string[]): Kubeconfig | { readonly unreadable: string } | undefined {
  const files = paths.filter((path) => path !== "" && existsSync(path));
  const contexts: string[] = [];
  let currentContext: string | undefined;
  for (const file of files) {
    try {
      const config = (parse(readFileSync(file, "utf8")) ?? {}) as {
        readonly contexts?: readonly { readonly name?: string }[];
        readonly "current-context"?: string;
      };
      contexts.push(...(config.contexts ?? []).flatMap(({ name }) => name ?? []));
      currentContext ??= config["current-context"] || undefined;
    } catch {
      return { unreadable: file };
    }
  }
  return files.length === 0 ? undefined : { files, contexts, ...(currentContext ? { currentContext } : {}) };
}

/**
 * Whether every cluster of a stack can be named on this machine: by the kubeconfig of the settings, else by `KUBECONFIG`,
 * else by the one in the home directory, else because this is a pod of the cluster. A plan asks nothing of the machine;
 * a run of the real engine would otherwise fail half-way.
 */
export function machineProblems(
  settings: Pick<Settings, "access" | "placements" | "parts">,
  machine: Machine,
): readonly Problem[] {
  const clusters = ownPlacements(settings).filter(({ cloud }) => cloud === "kubernetes");
  if (clusters.length === 0) {
    return [];
  }
  const { kubeconfig } = settings.access.kubernetes;
  const { env, home, updates } = machine;
  const inherited = env.KUBECONFIG ? env.KUBECONFIG.split(delimiter) : [join(home, ".kube", "config")];
  const places = kubeconfig === undefined ? inherited : [kubeconfig];
  const found = readKubeconfigs(places);
  const field = "groundplan:access.kubernetes.kubeconfig";
  if (found !== undefined && "unreadable" in found) {
    return [{ path: field, found: show(found.unreadable), allowed: "a kubeconfig in YAML", fix: "correct the file" }];
  }
  if (found === undefined) {
    const isPod = kubeconfig === undefined && env.KUBERNETES_SERVICE_HOST !== undefined;
    return isPod ? clusters.flatMap((each) => podProblem(settings, each)) : updates ? [nowhere(field, places)] : [];
  }
  return clusters.flatMap((each) => contextProblem(settings, each, found));
}

function nowhere(path: string, places: readonly string[]): Problem {
  return {
    path,
    found: "nothing",
    allowed: `a kubeconfig: ${places.join(" and ")} is not there, and this is no pod of a cluster`,
    fix: "name the file, or set KUBECONFIG",
  };
}

type Placed = Pick<Settings, "placements">;
type Placement = Settings["placements"][number];

function podProblem({ placements }: Placed, placement: Placement): readonly Problem[] {
  return placement.context === undefined
    ? []
    : [
        {
          path: pathOf(placements, placement),
          found: show(placement.context),
          allowed: "nothing: this is a pod, which knows its own cluster and no contexts",
          fix: "remove the context, or name a kubeconfig",
        },
      ];
}

function contextProblem(
  { placements }: Placed,
  placement: Placement,
  { files, contexts, currentContext }: Kubeconfig,
): readonly Problem[] {
  const context = placement.context ?? currentContext;
  if (context !== undefined && contexts.includes(context)) {
    return [];
  }
  const known = `${files.join(" and ")}: ${contexts.join(", ") || "it has none"}`;
  return [
    {
      path: pathOf(placements, placement),
      found: context === undefined ? "nothing" : show(context),
      allowed:
        placement.context === undefined
          ? `a context, since no current one is there in ${known}`
          : `a context of ${known}`,
      fix:
        (context === undefined ? undefined : didYouMean(context, contexts)) ??
        "name one of these, or another kubeconfig",
    },
  ];
}

function pathOf(placements: Placed["placements"], placement: Placement): string {
  return `groundplan:placements[${placements.indexOf(placement)}].context`;
}
