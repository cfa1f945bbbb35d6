import { isAbsolute, normalize } from "node:path";
import type { RunResult } from "../request";
import { containsSecret, containsUnknown, isObject, unwrap, type Wire } from "../wire";
import type { RenderedFiles } from "./manifests";

type Resources = Pick<RunResult, "resources">;

const SIMULATED = "# Names known once deployed are simulated here.";

/**
 * Files that components register under the output `files`, by path: what a machine is told, for a person to read. Needs a
 * run in `simulate` mode, where every value is filled in. A secret text is left out.
 *
 * @param preview the same stack run in `preview` mode; files it does not know yet say so
 */
export function componentFiles(run: Resources, preview?: Resources): RenderedFiles {
  const known = new Map(preview?.resources.map((resource) => [resource.urn, resource.outputs.files]));
  const owners = run.resources.filter(({ custom, outputs }) => !custom && isObject(outputs.files));
  const files: Record<string, string> = {};
  for (const { urn, name, outputs } of owners) {
    const preliminary = known.get(urn);
    const simulated = preliminary !== undefined && containsUnknown(preliminary);
    for (const [path, value] of Object.entries(textsOf(outputs.files))) {
      // Several owners come apart on disk: their files share names.
      const target = owners.length > 1 ? `${name}/${path}` : path;
      if (!isAbsolute(target) && !normalize(target).startsWith("..")) {
        files[target] = simulated ? marked(value) : value;
      }
    }
  }
  return files;
}

function textsOf(files: Wire | undefined): Readonly<Record<string, string>> {
  const entries = isObject(files) ? Object.entries(files) : [];
  return Object.fromEntries(
    entries.flatMap(([path, value]) => {
      const text = containsSecret(value) ? undefined : unwrap(value);
      return typeof text === "string" ? [[path, text]] : [];
    }),
  );
}

/** A first line that is a directive, such as `#cloud-config`, stays the first. */
function marked(text: string): string {
  const [first = "", ...rest] = text.split("\n");
  return /^#\S/.test(first) ? [first, SIMULATED, ...rest].join("\n") : `${SIMULATED}\n${text}`;
}
