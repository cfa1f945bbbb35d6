import type { Degraded } from "../components/component";
import type { Problem } from "../components/errors";
import { problemsUnder } from "../components/validation/checked";
import { systemIn } from "./context";
import { planExposures } from "./exposures";
import { googleZoneOf, hostedZoneOf, isMixed } from "./mixed";
import { founderOf, leadOf } from "./parts";
import type { PlacementSettings, Settings } from "./settings";
import { EDGE } from "./settings/placements";

const at = problemsUnder("groundplan:");

/** What keeps the edge from having anything to make: nothing is open to the public, or no name or zone to answer under. */
export function edgeLacks(settings: Settings): readonly Problem[] {
  const amazon = leadOf(settings, "aws");
  const isPublic = (placement: PlacementSettings | undefined) =>
    placement !== undefined && planExposures(systemIn(settings, placement)).length > 0;
  const googlePublic = isPublic(founderOf(settings));
  if (!googlePublic && !isPublic(amazon)) {
    return [
      at(
        ["parts"],
        settings.parts ?? EDGE,
        "placements only: the system has no routes, so nothing answers for all of them",
        "remove edge, or give the system a route",
      ),
    ];
  }
  return [
    ...(settings.domain === undefined
      ? [at(["domain"], undefined, "the domain the edge answers under", "set groundplan:domain")]
      : []),
    ...(!googlePublic && amazon !== undefined && hostedZoneOf(settings) === undefined
      ? [
          at(
            ["existing", amazon.name, "zone"],
            undefined,
            "the id of the domain's hosted zone: without one nothing on aws answers for all placements",
            `name it${settings.parts?.includes(EDGE) ? ", in the stacks of all parts; or remove edge from groundplan:parts" : ""}`,
          ),
        ]
      : []),
  ];
}

/** Says with the first of several placements on AWS that, without a zone, who visits is led to none of them. */
export function unrouted(settings: Settings, placement: PlacementSettings): readonly Degraded[] {
  const { placements, layers, model } = settings;
  const answered = hostedZoneOf(settings) ?? (isMixed(settings) ? googleZoneOf(settings) : undefined);
  return model === "global" &&
    layers.includes("infrastructure") &&
    placements.length > 1 &&
    leadOf(settings, "aws") === placement &&
    answered === undefined &&
    planExposures(systemIn(settings, placement)).length > 0
    ? [
        {
          feature: `one host name for all placements (${placements.map(({ name }) => name).join(", ")})`,
          reason:
            "no hosted zone is named: nothing routes between the placements, and nothing takes a lost one out of the traffic",
          remedy: `set groundplan:existing.${placement.name}.zone`,
        },
      ]
    : [];
}
