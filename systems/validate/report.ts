import { type Problem, show } from "../../components/errors";
import { formatPath, oneOf, type Path } from "../../components/validation";
import { didYouMean } from "../../components/validation/suggestions";

/** One problem of a system file, its path in parts. */
export function problemAt(path: Path, found: unknown, allowed: string, fix: string): Problem {
  return { path: formatPath(path), found: show(found), allowed, fix };
}

/** A name that stands for nothing: what does exist, and the nearest of it. */
export function unknownName(path: Path, name: string, what: string, known: readonly string[]): Problem {
  return problemAt(
    path,
    name,
    known.length > 0 ? `${what}: ${oneOf(known)}` : `${what}; the system has none`,
    didYouMean(name, known) ?? `name one that exists, or add ${name}`,
  );
}
