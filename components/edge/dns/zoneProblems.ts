import { type Problem, show } from "../../errors";

/** What is wrong with a domain in the zone of this name: one that is not known is not compared. */
export function zoneProblems(domain: string, zoneName: string | undefined, placement: string): readonly Problem[] {
  return zoneName === undefined || isWithin(domain, zoneName)
    ? []
    : [
        {
          path: "groundplan:domain",
          found: show(domain),
          allowed: `${zoneName}, or a name below it: the zone of ${placement} holds no other`,
          fix: "correct the domain, or name the zone it is in",
        },
      ];
}

function isWithin(domain: string, zone: string): boolean {
  return domain === zone || domain.endsWith(`.${zone}`);
}
