import { applicableObjects, kinds } from "./kubernetes";
import { isManifest } from "./manifests";
import { at, list, type Props, shown, text } from "./read";
import type { MutableProps } from "./remedies";
import type { Report, Rule, RuleConfig, Subject } from "./rule";
import { type ResourceRule, resourceRule } from "./rule";

/** Every kind that carries a pod, with the path to the pod's spec. */
const POD_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ["template"],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

export const POD_KINDS: readonly string[] = Object.keys(POD_PATHS);

/** Kinds whose pods serve until told to stop; a Job's pods run to an end. */
export const SERVING_KINDS: readonly string[] = POD_KINDS.filter((kind) => kind !== "Job" && kind !== "CronJob");

export interface Pod {
  readonly kind: string;
  readonly object: Props;
  readonly metadata: unknown;
  readonly spec: Props;
  /** The start of a message about the pod. */
  readonly where: string;
}

export type ContainerRole = "container" | "initContainer" | "ephemeralContainer";

export interface Container {
  readonly role: ContainerRole;
  readonly name: string;
  readonly props: Props;
  readonly pod: Pod;
  /** The start of a message: `container "app"`. */
  readonly where: string;
}

/** Rules of one pack ask for the same resource one after the other, so its pods are found once. */
const found = new WeakMap<Props, readonly Pod[]>();
const containers = new WeakMap<Pod, Map<ContainerRole, readonly Container[]>>();

export function podsOf(resource: Subject): readonly Pod[] {
  const known = found.get(resource.props);
  if (known) return known;
  const pods: Pod[] = [];
  for (const object of applicableObjects(resource, POD_KINDS)) {
    const holder = at(object.props, ...(POD_PATHS[object.kind] ?? []));
    const spec = at(holder, "spec");
    if (typeof spec !== "object" || spec === null) continue;
    pods.push({
      kind: object.kind,
      object: object.props,
      metadata: at(holder, "metadata"),
      spec: spec as Props,
      where: object.where,
    });
  }
  if (pods.length === 0) resource.notApplicable("Has no pod");
  found.set(resource.props, pods);
  return pods;
}

const FIELDS: Readonly<Record<ContainerRole, string>> = {
  container: "containers",
  initContainer: "initContainers",
  ephemeralContainer: "ephemeralContainers",
};

export const ROLES: readonly ContainerRole[] = ["container", "initContainer", "ephemeralContainer"];

/** The containers of one role. Roles are read apart: an unknown list of one must not hide what is wrong in another. */
export function containersOf(pod: Pod, role: ContainerRole): readonly Container[] {
  let roles = containers.get(pod);
  if (!roles) {
    roles = new Map();
    containers.set(pod, roles);
  }
  const known = roles.get(role);
  if (known) return known;
  const all: Container[] = [];
  for (const entry of list(pod.spec[FIELDS[role]])) {
    if (typeof entry !== "object" || entry === null) continue;
    const props = entry as Props;
    const name = text(props.name) ?? "unnamed";
    all.push({ role, name, props, pod, where: `${pod.where}${role} ${JSON.stringify(name)}` });
  }
  roles.set(role, all);
  return all;
}

/** A container's security setting, or the pod's where the container leaves it unset. */
export function effective(container: Container, field: string): unknown {
  return at(container.props, "securityContext", field) ?? at(container.pod.spec, "securityContext", field);
}

type Facts<C extends object> = Omit<ResourceRule<C>, "resources" | "check">;

/** Changes one pod's or container's spec in place. Manifests given as text stay as they are. */
type Remedy<T> = (subject: T, spec: MutableProps) => void;

/** The remedies of pods: not for YAML text, whose objects are read copies and shared between rules. */
function remedied(resource: Subject, apply: (pod: Pod) => void): void {
  if (isManifest(resource.type)) return;
  podsOf(resource).forEach(apply);
}

/** A rule over every pod in a resource. */
export function podRule<C extends object = RuleConfig>(
  facts: Facts<C>,
  check: (pod: Pod, report: Report, config: C) => void,
  remedy?: Remedy<Pod>,
): Rule {
  return resourceRule<C>({
    ...facts,
    resources: kinds(...POD_KINDS),
    check(resource, report, config) {
      for (const pod of podsOf(resource)) check(pod, (message) => report(pod.where + message), config);
    },
    ...(remedy && { remediate: (resource) => remedied(resource, (pod) => remedy(pod, pod.spec as MutableProps)) }),
  });
}

/** A rule over every container of every pod; `problem` returns what is wrong, or nothing. */
export function containerRule<C extends object = RuleConfig>(
  facts: Facts<C>,
  problem: (container: Container, config: C) => string | undefined,
  options: {
    readonly roles?: readonly ContainerRole[];
    readonly pods?: readonly string[];
    readonly remedy?: Remedy<Container>;
  } = {},
): Rule {
  const { remedy } = options;
  return resourceRule<C>({
    ...facts,
    resources: kinds(...(options.pods ?? POD_KINDS)),
    check(resource, report, config) {
      for (const pod of podsOf(resource)) {
        if (options.pods && !options.pods.includes(pod.kind)) continue;
        for (const role of options.roles ?? ROLES) {
          for (const container of containersOf(pod, role)) {
            const message = problem(container, config);
            if (message !== undefined) report(`${container.where}: ${message}`);
          }
        }
      }
    },
    ...(remedy && {
      remediate: (resource) =>
        remedied(resource, (pod) => {
          for (const role of options.roles ?? ROLES) {
            for (const container of containersOf(pod, role)) remedy(container, container.props as MutableProps);
          }
        }),
    }),
  });
}

/** A container rule that asks one effective security setting for one value. */
export function securitySetting(facts: Facts<RuleConfig>, field: string, wanted: boolean): Rule {
  return containerRule(facts, (container) => {
    const value = effective(container, field);
    return value === wanted ? undefined : `securityContext.${field} is ${shown(value)}`;
  });
}
