import type { Problem } from "../components/errors";
import type { SystemSpec } from "./spec";
import { checkClusterParts } from "./validate/cluster";
import { checkConnections } from "./validate/connections";
import { checkMonitoring } from "./validate/monitoring";
import { checkNames } from "./validate/names";
import { checkScaling } from "./validate/scaling";
import { checkServices } from "./validate/services";
import { checkStores } from "./validate/stores";

/** What is wrong between the parts of a system whose fields are each right by themselves: everything at once. */
export function checkSystem(system: SystemSpec): readonly Problem[] {
  return [
    checkNames,
    checkServices,
    checkScaling,
    checkConnections,
    checkStores,
    checkClusterParts,
    checkMonitoring,
  ].flatMap((check) => check(system));
}
