import type { Problem } from "../../components/errors";
import type { SystemSpec } from "../spec";
import { problemAt } from "./report";

/** Ends of edges that are no part of a system's own. */
const RESERVED = ["public", "monitoring"];

/** Services, stores and external services share one space of names: an edge names its target and nothing else. */
export function checkNames(system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const taken = new Map<string, string>();
  for (const group of ["services", "stores", "external"] as const) {
    for (const name of Object.keys(system[group])) {
      const earlier = taken.get(name);
      if (earlier !== undefined) {
        problems.push(
          problemAt(
            [group, name],
            name,
            `a name no other part has; ${earlier} has it too`,
            "rename one of the two and the uses that mean it",
          ),
        );
      } else if (RESERVED.includes(name)) {
        problems.push(
          problemAt([group, name], name, `any name but ${RESERVED.join(" and ")}`, "rename it: edges use that name"),
        );
      }
      taken.set(name, `${group}.${name}`);
    }
  }
  return problems;
}
