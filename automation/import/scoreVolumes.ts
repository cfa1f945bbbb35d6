import type { Path } from "../../components/validation";
import { DEFAULT_SIZE, toName } from "./draft";
import type { ScoreContext } from "./score";
import { isMapping, textOf } from "./source";

interface Volumes {
  readonly volumes: readonly { readonly name: string; readonly path: string; readonly size?: string }[];
  readonly scratch: readonly { readonly path: string }[];
}

/** Volumes are a mapping by target, or a list with one each, as older files have them. */
export function readScoreVolumes(path: Path, { source, resources }: ScoreContext): Volumes {
  const value = source.at(path);
  const entries: readonly (readonly [Path, string, unknown])[] = Array.isArray(value)
    ? value.map(
        (entry: unknown, index) =>
          [[...path, index], isMapping(entry) ? (textOf(entry.target) ?? "") : "", entry] as const,
      )
    : Object.entries(source.mapping(path)).map(([target, entry]) => [[...path, target], target, entry] as const);
  const volumes = entries.flatMap(([at, target, entry]) => {
    const from = isMapping(entry) ? (textOf(entry.source) ?? "") : "";
    const resource = /^\$\{resources\.([^.}]+)\}$/.exec(from)?.[1] ?? from;
    if (!/^\/\S*$/.test(target) || resources.get(resource)?.type !== "volume" || toName(resource) === "") {
      source.problem(at, "a resource of type volume at an absolute path", "declare it below resources", `"${from}"`);
      return [];
    }
    source.note(at, `the volume ${resource} is given ${DEFAULT_SIZE}; set its size`);
    return [{ name: toName(resource), path: target, size: DEFAULT_SIZE }];
  });
  // The root file system is read-only, and nearly every program writes here.
  return { volumes, scratch: volumes.some((volume) => volume.path === "/tmp") ? [] : [{ path: "/tmp" }] };
}
