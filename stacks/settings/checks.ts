import type { z } from "zod";
import { isDistributed } from "../../components/context";
import type { Problem } from "../../components/errors";
import { oneOf } from "../../components/validation";
import { problemsUnder } from "../../components/validation/checked";
import { didYouMean } from "../../components/validation/suggestions";
import { checkBoundaries } from "./boundaryChecks";
import { checkLayers } from "./layerChecks";
import { checkParts } from "./partChecks";
import { checkPlacements } from "./placementChecks";
import { EDGE, type PlacementSettings, placementsOf } from "./placements";
import type { settingsSchema } from "./schema";
import { checkVault } from "./vaultChecks";

type Written = z.output<typeof settingsSchema>;

const at = problemsUnder("groundplan:");

/** What is wrong between settings whose fields are each right by themselves. */
export function checkSettings(settings: Written): readonly Problem[] {
  return [
    checkPlacements,
    checkReferences,
    checkAccountsOwn,
    checkDistribution,
    checkRepository,
    checkRotation,
    checkVault,
    checkAdmission,
    checkEks,
    checkHost,
    checkParts,
    checkLayers,
    checkProtection,
    checkAccess,
    checkBoundaries,
    checkCluster,
    checkAlerts,
  ].flatMap((check) => check(settings));
}

/** Settings that name a placement name one that exists. */
function checkReferences(settings: Written): readonly Problem[] {
  const names = placementsOf(settings).map(({ name }) => name);
  const global = settings.model === "global";
  const unknown = (path: readonly (string | number)[], name: string, known: readonly string[]) =>
    known.includes(name) || names.length === 0
      ? []
      : [at(path, name, `a placement: ${oneOf(known)}`, didYouMean(name, known) ?? "name a placement of this stack")];
  return [
    ...Object.keys(settings.existing).flatMap((name) => unknown(["existing", name], name, [...names, EDGE])),
    // Without parts no name of one is right: checkParts says so.
    ...(global ? (settings.parts ?? []) : []).flatMap((name, index) =>
      unknown(["parts", index], name, [...names, EDGE]),
    ),
    ...Object.keys(global ? settings.partStacks : {}).flatMap((name) =>
      unknown(["partStacks", name], name, [...names, EDGE]),
    ),
    ...Object.keys(settings.secretStore.vault?.placements ?? {}).flatMap((name) =>
      unknown(["secretStore", "vault", "placements", name], name, names),
    ),
  ];
}

/** What only an account of AWS has. */
function checkAccountsOwn(settings: Written): readonly Problem[] {
  const elsewhere = placementsOf(settings).filter(({ cloud }) => cloud !== "aws");
  return elsewhere.flatMap(({ name, existing }) =>
    (["detector", "trail", "cacheTopic"] as const).flatMap((field) =>
      existing?.[field] === undefined
        ? []
        : [at(["existing", name, field], existing[field], `a ${field} for a placement on aws alone`, "remove it")],
    ),
  );
}

/** The id of a distribution is for stacks that leave the edge to another, and of the edge. */
function checkDistribution({ existing, parts }: Written): readonly Problem[] {
  return Object.entries(existing).flatMap(([name, { distribution }]) => {
    const path = ["existing", name, "distribution"];
    if (distribution === undefined) {
      return [];
    }
    if (name !== EDGE) {
      const fix = `write it in groundplan:existing.${EDGE}.distribution`;
      return [at(path, distribution, "a distribution of the edge: placements have none", fix)];
    }
    return parts === undefined
      ? [at(path, distribution, "nothing where one stack makes it all, and knows its distribution", "remove it")]
      : [];
  });
}

/** Whether one of these placements has a cluster, made here or not. */
function hasCluster(settings: Written, which: (placement: PlacementSettings) => boolean): boolean {
  return isDistributed(settings.model) && placementsOf(settings).some(which);
}

/** Only GKE asks who vouches for an image, and a policy that admits nothing starts nothing. */
function checkAdmission(settings: Written): readonly Problem[] {
  const { compute, images } = settings;
  const { admission } = compute;
  if (admission === undefined || placementsOf(settings).length === 0) {
    return [];
  }
  const path = ["compute", "admission"];
  if (!hasCluster(settings, ({ cloud }) => cloud === "gcp")) {
    return [at(path, admission, "nothing without a cluster on gcp: no other asks", "remove it")];
  }
  return admission.allow.length > 0 || admission.attestors.length > 0 || images.repository
    ? []
    : [
        at(
          path,
          admission,
          "an image that may start: allow, attestors, or a repository",
          "name where images come from",
        ),
      ];
}

/** What nodes of EKS run, and how long it is supported, is for whoever makes the cluster. */
function checkEks(settings: Written): readonly Problem[] {
  const { compute } = settings;
  const own = hasCluster(settings, ({ cloud, existing }) => cloud === "aws" && existing?.cluster === undefined);
  if (placementsOf(settings).length === 0 || own) {
    return [];
  }
  const given = [
    ...(compute.nodeRelease === undefined ? [] : [["nodeRelease", compute.nodeRelease] as const]),
    ...(compute.extendedSupport ? [["extendedSupport", true] as const] : []),
  ];
  return given.map(([field, value]) =>
    at(["compute", field], value, "nothing without a cluster of EKS that the stack makes", "remove it"),
  );
}

/** Only a host is one machine, which the program makes. */
function checkHost(settings: Written): readonly Problem[] {
  const { compute, model } = settings;
  const placements = placementsOf(settings);
  const hosts =
    placements.some(({ cloud }) => cloud !== "kubernetes") && (model === "standalone" || model === "single-server");
  return compute.hostGeneration === undefined || placements.length === 0 || hosts
    ? []
    : [
        at(
          ["compute", "hostGeneration"],
          compute.hostGeneration,
          "nothing without a host on aws or gcp: in a cluster nodes come and go",
          "remove it",
        ),
      ];
}

/** Who tells that a secret is due, or replaces it, stands beside a cluster on its cloud. */
function checkRotation(settings: Written): readonly Problem[] {
  const { secretRotation = {} } = settings;
  const unheard = [
    ["first", "gcp", "nobody else is told when a secret is due", "remove it, and note the day elsewhere"],
    ["days", "aws", "nobody else replaces what databases and caches know", "remove it"],
  ] as const;
  return unheard.flatMap(([field, cloud, reason, fix]) => {
    const found = secretRotation[field];
    const heard = hasCluster(settings, (placement) => placement.cloud === cloud);
    return found === undefined || placementsOf(settings).length === 0 || heard
      ? []
      : [at(["secretRotation", field], found, `nothing without a cluster on ${cloud}: ${reason}`, fix)];
  });
}

/** A repository is made beside the cluster that pulls from it, on the clouds that have registries. */
function checkRepository(settings: Written): readonly Problem[] {
  const { images } = settings;
  const made = hasCluster(settings, ({ cloud }) => cloud !== "kubernetes");
  return images.repository && placementsOf(settings).length > 0 && !made
    ? [
        at(
          ["images", "repository"],
          true,
          "false without a cluster on aws or gcp: a host and a cluster of yours pull from any",
          "remove it, and name the registry you push to in groundplan:images.registry",
        ),
      ]
    : [];
}

function checkProtection({ environment, ephemeral, protect }: Written): readonly Problem[] {
  const problems: Problem[] = [];
  if (ephemeral && environment === "production") {
    problems.push(at(["ephemeral"], ephemeral, "false in production", "remove it, or set another environment"));
  }
  if (ephemeral && protect) {
    problems.push(at(["protect"], protect, "false in an ephemeral stack", "remove one of protect and ephemeral"));
  }
  return problems;
}

function checkAccess({ access, placements }: Written): readonly Problem[] {
  const problems: Problem[] = [];
  const { from, cidrBlocks } = access.deployer;
  const path = ["access", "deployer", "cidrBlocks"];
  if (from === "cidrs" && cidrBlocks.length === 0) {
    problems.push(at(path, cidrBlocks, "at least one range with from: cidrs", "list the ranges you deploy from"));
  }
  if (from !== "cidrs" && cidrBlocks.length > 0) {
    problems.push(at(path, cidrBlocks, `no ranges with from: ${from}`, "set from to cidrs, or remove the ranges"));
  }
  const allowed = access.aws.allowedAccountIds;
  for (const [index, { cloud, account }] of (placements ?? []).entries()) {
    if (cloud === "aws" && account !== undefined && allowed.length > 0 && !allowed.includes(account)) {
      problems.push(
        at(
          ["placements", index, "account"],
          account,
          `an account of access.aws.allowedAccountIds: ${oneOf(allowed)}`,
          "add it there, or correct it",
        ),
      );
    }
  }
  return problems;
}

function checkCluster({ mesh, kubernetes }: Written): readonly Problem[] {
  return mesh.kind === "istio" && kubernetes.addOns.istio === "none"
    ? [
        at(
          ["kubernetes", "addOns", "istio"],
          "none",
          "install or existing with mesh.kind istio",
          "install it, or set mesh.kind to none",
        ),
      ]
    : [];
}

function checkAlerts({ alerts }: Written): readonly Problem[] {
  const { email } = alerts;
  return email && (email.username === undefined) !== (email.password === undefined)
    ? [
        at(
          ["alerts", "email", email.username === undefined ? "username" : "password"],
          undefined,
          "user and password together",
          "add it, or remove the other",
        ),
      ]
    : [];
}
