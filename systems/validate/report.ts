import type { Problem } from "../../components/errors";
import { oneOf, type Path } from "../../components/validation";
import { problemsUnder } from "../../components/validation/checked";
import { didYouMean } from "../../components/validation/suggestions";

/** One problem of a system file, its path in parts. */
export const problemAt = problemsUnder("");

/** A name that stands for nothing: what does exist, and the nearest of it. */
export function unknownName(path: Path, name: string, what: string, known: readonly string[]): Problem {
  return problemAt(
    path,
    name,
    known.length > 0 ? `${what}: ${oneOf(known)}` : `${what}; the system has none`,
    didYouMean(name, known) ?? `name one that exists, or add ${name}`,
  );
}
