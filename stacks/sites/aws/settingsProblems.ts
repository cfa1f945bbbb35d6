import { KUBERNETES_VERSION } from "../../../components/cluster/eks/versions";
import { type Problem, show } from "../../../components/errors";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { ServiceSpec } from "../../../systems/spec";
import { namespaceOf } from "../../demands";
import type { Settings } from "../../settings";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Settings that AWS refuses as they are written, or could only ignore. */
export function settingsProblems(
  system: ResolvedSystem,
  settings: Pick<Settings, "compute" | "retention">,
): readonly Problem[] {
  return [...versionProblems(settings), ...retentionProblems(settings), ...fargateProblems(system, settings)];
}

function versionProblems({ compute }: Pick<Settings, "compute">): readonly Problem[] {
  const { kubernetesVersion } = compute;
  return kubernetesVersion === undefined || kubernetesVersion === KUBERNETES_VERSION
    ? []
    : [
        {
          path: "groundplan:compute.kubernetesVersion",
          found: show(kubernetesVersion),
          allowed: `${show(KUBERNETES_VERSION)} on aws: the builds of the managed add-ons are pinned for it`,
          fix: "remove the setting, or raise both in components/cluster/eks/versions.ts",
        },
      ];
}

function retentionProblems({ retention }: Pick<Settings, "retention">): readonly Problem[] {
  const { logsDays } = retention;
  if (logsDays === undefined || LOG_RETENTION_DAYS.includes(logsDays)) {
    return [];
  }
  const next = LOG_RETENTION_DAYS.find((days) => days > logsDays);
  return [
    {
      path: "groundplan:retention.logsDays",
      found: show(logsDays),
      allowed: `what CloudWatch keeps logs for: ${LOG_RETENTION_DAYS.join(", ")} days`,
      fix: `use ${next ?? LOG_RETENTION_DAYS.at(-1)}`,
    },
  ];
}

/** https://docs.aws.amazon.com/eks/latest/userguide/fargate.html#fargate-considerations */
function fargateProblems(system: ResolvedSystem, { compute }: Pick<Settings, "compute">): readonly Problem[] {
  const known = new Set(Object.values(system.services).map((service) => namespaceOf(system, service)));
  const chosen = new Set(compute.fargateNamespaces);
  const strangers = compute.fargateNamespaces.flatMap((namespace, index) =>
    known.has(namespace)
      ? []
      : [
          {
            path: `groundplan:compute.fargateNamespaces[${index}]`,
            found: show(namespace),
            allowed: `a namespace with services of the system: ${[...known].join(", ")}`,
            fix: "correct the name, or remove it",
          },
        ],
  );
  const services = Object.entries(system.services).flatMap(([name, service]) =>
    chosen.has(namespaceOf(system, service)) ? serviceProblems(name, service) : [],
  );
  const stores = Object.entries(system.stores).flatMap(([name, store]) =>
    (store.kind === "vector" || store.kind === "search") && chosen.has(namespaceOf(system, store))
      ? [refusal(`stores.${name}.namespace`, namespaceOf(system, store), "no disks of EBS, which the store needs")]
      : [],
  );
  const arm =
    chosen.size > 0 && compute.architecture === "arm64"
      ? [refusal("groundplan:compute.architecture", "arm64", "amd64 only")]
      : [];
  return [...strangers, ...services, ...stores, ...arm];
}

function serviceProblems(name: string, service: ServiceSpec): readonly Problem[] {
  const path = `services.${name}`;
  return [
    ...(service.kind === "daemonset" ? [refusal(`${path}.kind`, service.kind, "no DaemonSets")] : []),
    ...(service.nodePool === undefined ? [] : [refusal(`${path}.nodePool`, service.nodePool, "no node pools")]),
    ...(service.security.podSecurity === "privileged"
      ? [refusal(`${path}.security.podSecurity`, "privileged", "no privileged pods")]
      : []),
    ...service.volumes.flatMap(({ size }, index) =>
      size === undefined ? [] : [refusal(`${path}.volumes[${index}].size`, size, "no disks of EBS")],
    ),
  ];
}

function refusal(path: string, found: string, what: string): Problem {
  return {
    path,
    found: show(found),
    allowed: `what Fargate runs: ${what}`,
    fix: "change it in groundplan:overrides, or take the namespace from groundplan:compute.fargateNamespaces",
  };
}
