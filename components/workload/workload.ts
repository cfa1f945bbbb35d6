import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ScalingSpec } from "../../systems/spec";
import type { Grant, SecretSource } from "../binding";
import type { Capabilities } from "../cluster/contract";
import { Component, type Degraded } from "../component";
import type { Make } from "../make";
import { NAME_RULES, physicalName } from "../naming";
import { seconds } from "../quantities";
import type { WorkloadArgs } from "./args";
import { planAuthorities, withAuthorities } from "./authorities";
import { leastReplicas, mostReplicas, needsKeda, planAutoscaling } from "./autoscaling";
import { credentialFlows } from "./cloudIdentity";
import { isRunning, portName } from "./container";
import {
  cronJobSpec,
  DEPLOYMENT_WAVES,
  daemonSetSpec,
  deploymentSpec,
  jobSpec,
  jobVersion,
  statefulSetSpec,
} from "./controllers";
import { disruptionBudget } from "./disruption";
import { type BoundUse, egressFlows, planEnvironment, readiness } from "./environment";
import { objectLabels, type Role, roleOf, SKIP_AWAIT, selectorLabels } from "./labels";
import { MESH_POD_LABELS, meshProbes, meshVerdict, planMesh } from "./mesh";
import { networkPolicySpec, reachesHosts } from "./networkPolicy";
import { planQueueAddress, type QueueAddress, secretTargets } from "./queue";
import { type MoreMetadata, makeSecretObjects, type SecretObjects } from "./secrets";
import { serviceSpec } from "./service";
import { planTemplate } from "./template";
import { jobTimeouts, rolloutTimeouts, type TimedPod } from "./timeouts";
import { planVertical } from "./verticalAutoscaling";
import { fileKey, planVolumes, type VolumePlan } from "./volumes";

/** Nodes whose pod of a DaemonSet an update waits for, one after the other. */
const NODES_WAITED_FOR = 10;

/** One program of the system on any cluster, with all that surrounds it. */
export class Workload extends Component {
  /** Resources that stand once the program runs; whoever needs it waits for them. */
  readonly ready: readonly pulumi.Resource[];
  private readonly args: WorkloadArgs;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly selector: Readonly<Record<string, string>>;
  private readonly role: Role;

  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:workload:Workload", name, args, opts);
    this.args = args;
    this.role = roleOf(args.spec);
    this.labels = objectLabels(args.context, args.service, this.role);
    this.selector = selectorLabels(args.context.system, args.service);

    const environment = planEnvironment({
      service: args.service,
      env: args.spec.env,
      uses: args.uses,
      secrets: args.secrets,
    });
    const account = this.serviceAccount();
    const policy = this.networkPolicy();
    const secrets = this.secretObjects("env", environment.secret);
    const authorities = planAuthorities(args.service, args.uses, { ...environment.plain, ...environment.secret });
    this.degradeAll(authorities.degraded);
    const known = this.secretObjects("authorities", authorities.sources);
    const volumes = this.volumes();
    const service = this.service();
    const before = [
      account,
      policy,
      ...secrets.objects,
      ...known.objects,
      ...volumes.objects,
      ...(service ? [service] : []),
      ...readiness(args.uses),
    ];
    const plan = withAuthorities(volumes.plan, known.refs);
    const controller = this.controller({ ...environment.plain, ...authorities.env }, secrets, plan, before);
    this.verticalAutoscaler(controller);
    this.disruptionBudget();
    this.monitor();
    this.mesh();

    this.ready = [controller];
    this.finish({ service: args.service, namespace: args.namespace, kind: args.spec.kind });
  }

  private serviceAccount(): pulumi.Resource {
    const { args } = this;
    const identity = args.cluster.identity(args.service, args.namespace, args.service, this.grants());
    return this.make(
      k8s.core.v1.ServiceAccount,
      "account",
      {
        metadata: this.metadata(args.service, { annotations: { ...identity?.annotations } }),
        automountServiceAccountToken: false,
      },
      { dependsOn: [...(identity?.ready ?? [])] },
    );
  }

  private grants(): readonly Grant[] {
    const { service, uses } = this.args;
    return uses.flatMap((use) => use.binding.grants(service, use.access));
  }

  private networkPolicy(): pulumi.Resource {
    const { service, spec, uses } = this.args;
    const probes = this.inMesh && isRunning(spec) ? meshProbes(spec.ports) : [];
    const ingress = [...this.args.ingress, ...probes];
    const credentials = this.grants().length > 0 ? credentialFlows(this.context.cloud) : [];
    const egress = [...egressFlows(uses), ...credentials];
    if (egress.some(reachesHosts)) {
      this.degrade({
        feature: `egress of ${service} by host name`,
        reason: "NetworkPolicy knows addresses only: the port is open to every public address",
        remedy: "use a CNI with policies by host name (Cilium), or an egress proxy",
      });
    }
    return this.make(k8s.networking.v1.NetworkPolicy, "policy", {
      metadata: this.metadata(service),
      spec: networkPolicySpec({ selector: this.selector, ingress, egress }),
    });
  }

  private secretObjects(purpose: string, sources: Readonly<Record<string, SecretSource>>): SecretObjects {
    const { service, cluster, edition, uses } = this.args;
    const make: Make = (resource, role, args, opts) => this.make(resource, role, args, opts);
    const metadata = (name: pulumi.Input<string>, more: MoreMetadata = {}) => this.metadata(name, more);
    const common = { service, purpose, sources, cluster, metadata, after: readiness(uses) };
    return makeSecretObjects(make, edition ? { ...common, edition } : common);
  }

  private volumes(): { plan: VolumePlan; objects: readonly pulumi.Resource[] } {
    const { args } = this;
    const { spec, service } = args;
    const shares = Object.fromEntries(
      args.uses.flatMap(({ target, binding }) => (binding.volume ? [[target, binding.volume.claim] as const] : [])),
    );
    const configMap = `${service}-files`;
    const plan = planVolumes({
      service,
      spec,
      maxReplicas: isRunning(spec) ? mostReplicas(spec.scaling) : 1,
      storageClasses: args.cluster.storageClasses,
      uses: args.uses,
      shares,
      configMap,
    });
    const objects: pulumi.Resource[] = plan.claims.map((claim) =>
      this.make(
        k8s.core.v1.PersistentVolumeClaim,
        claim.role,
        { metadata: this.metadata(claim.name, { annotations: SKIP_AWAIT }), spec: claim.spec },
        { protect: this.context.redundancy.protect },
      ),
    );
    const files = Object.entries(spec.files);
    if (files.length > 0) {
      const data = Object.fromEntries(files.map(([path, text]) => [fileKey(path), text]));
      objects.push(this.make(k8s.core.v1.ConfigMap, "files", { metadata: this.metadata(configMap), data }));
    }
    this.degradeAll(plan.degraded);
    return { plan, objects };
  }

  private service(): pulumi.Resource | undefined {
    const { spec, service } = this.args;
    if (!isRunning(spec) || Object.keys(spec.ports).length === 0) {
      return undefined;
    }
    return this.make(k8s.core.v1.Service, "service", {
      metadata: this.metadata(service, { annotations: SKIP_AWAIT }),
      spec: serviceSpec(spec, this.selector),
    });
  }

  private controller(
    plainEnv: Readonly<Record<string, pulumi.Input<string>>>,
    secrets: SecretObjects,
    volumes: VolumePlan,
    dependsOn: pulumi.Resource[],
  ): pulumi.Resource {
    const { args } = this;
    const { spec, service } = args;
    const { template, degraded } = planTemplate({
      context: this.context,
      service,
      spec,
      role: this.role,
      image: args.image,
      cluster: args.cluster,
      poolTainted: args.poolTainted ?? false,
      volumes,
      plainEnv,
      secretEnv: secrets.refs,
      secretVersion: secrets.version,
      podLabels: this.inMesh ? MESH_POD_LABELS : {},
      ...(args.exposed && args.cluster.drainSeconds !== undefined ? { drainSeconds: args.cluster.drainSeconds } : {}),
    });
    this.degradeAll(degraded);
    const common = { service, selector: this.selector, template, volumes };
    const metadata = this.metadata(service, { annotations: this.reloading(secrets) });
    const protect = this.context.redundancy.protect;
    const pod = template.spec as TimedPod;
    switch (spec.kind) {
      case "deployment": {
        const scaling = this.replicas("Deployment", spec.scaling);
        const args = { metadata, spec: deploymentSpec(common, scaling.replicas) };
        const customTimeouts = rolloutTimeouts(pod, Math.min(mostReplicas(spec.scaling), DEPLOYMENT_WAVES));
        const made = this.make(k8s.apps.v1.Deployment, "deployment", args, { dependsOn, customTimeouts });
        scaling.attach(made);
        return made;
      }
      case "statefulset": {
        const scaling = this.replicas("StatefulSet", spec.scaling);
        const args = { metadata, spec: statefulSetSpec(common, scaling.replicas) };
        const customTimeouts = rolloutTimeouts(pod, mostReplicas(spec.scaling));
        const made = this.make(k8s.apps.v1.StatefulSet, "statefulset", args, { dependsOn, protect, customTimeouts });
        scaling.attach(made);
        return made;
      }
      case "daemonset": {
        const options = { dependsOn, customTimeouts: rolloutTimeouts(pod, NODES_WAITED_FOR) };
        return this.make(k8s.apps.v1.DaemonSet, "daemonset", { metadata, spec: daemonSetSpec(common) }, options);
      }
      case "cronjob": {
        const name = physicalName(NAME_RULES.kubernetesCronJob, [service]);
        const args = { metadata: this.metadata(name), spec: cronJobSpec(spec, template) };
        return this.make(k8s.batch.v1.CronJob, "cronjob", args, { dependsOn });
      }
      case "job": {
        const name = physicalName(NAME_RULES.kubernetesLabel, [service, jobVersion(args.image, spec)]);
        return this.make(
          k8s.batch.v1.Job,
          "job",
          { metadata: this.metadata(name), spec: jobSpec(spec, template) },
          { dependsOn, customTimeouts: jobTimeouts(pod, seconds(spec.timeout)) },
        );
      }
      default:
        return spec satisfies never;
    }
  }

  /** What is rotated behind a Secret changes nothing in the template: somebody has to roll the pods. */
  private reloading({ external }: SecretObjects): Readonly<Record<string, string>> {
    const { service, cluster, spec } = this.args;
    if (external.length === 0 || !isRunning(spec)) {
      return {};
    }
    if (!cluster.capabilities.reloader) {
      this.degrade({
        feature: `rotated secrets in running pods of ${service}`,
        reason: "their variables stay what they were until the pods are rolled, and nothing rolls them",
        remedy: "set groundplan:kubernetes.addOns.reloader to install or existing",
      });
      return {};
    }
    return { "secret.reloader.stakater.com/auto": "true" };
  }

  /** The replica count, or the autoscaler that owns it. */
  private replicas(kind: "Deployment" | "StatefulSet", scaling: ScalingSpec) {
    const { service, cluster, queue } = this.args;
    const keda = needsKeda(scaling) && cluster.capabilities.keda;
    const { autoscaling, degraded } = planAutoscaling({
      service,
      kind,
      scaling,
      capabilities: cluster.capabilities,
      // The operator makes this Service for whatever Prometheus it runs.
      prometheusAddress: `http://prometheus-operated.${cluster.monitoringNamespace}.svc:9090`,
      queue: keda && queue ? this.queueAddress(queue) : undefined,
    });
    this.degradeAll(degraded);
    const attach = (target: pulumi.Resource) => {
      if (autoscaling.by === "hpa") {
        this.make(
          k8s.autoscaling.v2.HorizontalPodAutoscaler,
          "autoscaler",
          { metadata: this.metadata(service), spec: autoscaling.spec },
          { dependsOn: [target, ...this.installed("metricsServer")] },
        );
      }
      if (autoscaling.by === "keda") {
        this.customResource("scaler", "keda", "keda.sh/v1alpha1", "ScaledObject", service, autoscaling.spec, [target]);
      }
    };
    return { replicas: autoscaling.by === "nobody" ? autoscaling.replicas : undefined, attach };
  }

  /** Where KEDA finds the queue, with the password in an object of KEDA's own kind. */
  private queueAddress(queue: BoundUse): QueueAddress | undefined {
    const { service } = this.args;
    const plan = planQueueAddress(queue.binding.values(service, "primary"));
    if (plan?.sources === undefined) {
      return plan?.address;
    }
    const { refs, objects } = this.secretObjects("scaler", plan.sources);
    const authentication = `${service}-queue`;
    const spec = { secretTargetRef: secretTargets(plan.address, refs) };
    this.customResource("queue", "keda", "keda.sh/v1alpha1", "TriggerAuthentication", authentication, spec, objects);
    return { ...plan.address, authentication };
  }

  private verticalAutoscaler(target: pulumi.Resource): void {
    const { spec, service, cluster } = this.args;
    if (!isRunning(spec)) {
      return;
    }
    const kind = { deployment: "Deployment", statefulset: "StatefulSet", daemonset: "DaemonSet" } as const;
    const plan = planVertical(service, kind[spec.kind], spec.scaling, cluster);
    this.degradeAll(plan.degraded);
    if (plan.spec) {
      this.customResource(
        "vertical",
        "verticalPodAutoscaler",
        "autoscaling.k8s.io/v1",
        "VerticalPodAutoscaler",
        service,
        plan.spec,
        [target],
      );
    }
  }

  private disruptionBudget(): void {
    const { spec, service } = this.args;
    const budget =
      isRunning(spec) && spec.kind !== "daemonset"
        ? disruptionBudget(this.selector, leastReplicas(spec.scaling))
        : undefined;
    if (budget) {
      this.make(k8s.policy.v1.PodDisruptionBudget, "budget", { metadata: this.metadata(service), spec: budget });
    }
  }

  private monitor(): void {
    const { spec, service, cluster, namespace } = this.args;
    if (isRunning(spec) && spec.metrics && cluster.capabilities.prometheusOperator) {
      const port = portName(spec.metrics.port ?? Object.keys(spec.ports)[0] ?? "http");
      this.customResource("monitor", "prometheusOperator", "monitoring.coreos.com/v1", "ServiceMonitor", service, {
        selector: { matchLabels: { ...this.selector } },
        namespaceSelector: { matchNames: [namespace] },
        endpoints: [{ port, path: spec.metrics.path, interval: "30s" }],
      });
    }
  }

  private mesh(): void {
    const { service, mesh } = this.args;
    if (!mesh) {
      return;
    }
    this.degrade(meshVerdict(service, this.inMesh));
    for (const { role, kind, spec } of this.inMesh ? planMesh(this.selector, mesh) : []) {
      this.customResource(role, "istio", "security.istio.io/v1", kind, service, spec);
    }
  }

  private get inMesh(): boolean {
    return this.args.mesh !== undefined && this.args.cluster.capabilities.istio;
  }

  private customResource(
    role: string,
    capability: keyof Capabilities,
    apiVersion: string,
    kind: string,
    name: string,
    spec: Readonly<Record<string, unknown>>,
    dependsOn: readonly pulumi.Resource[] = [],
  ): pulumi.Resource {
    return this.make(
      k8s.apiextensions.CustomResource,
      role,
      { apiVersion, kind, metadata: this.metadata(name), spec },
      { dependsOn: [...dependsOn, ...this.installed(capability)] },
    );
  }

  private installed(capability: keyof Capabilities): readonly pulumi.Resource[] {
    const resource = this.args.cluster.installed?.[capability];
    return resource ? [resource] : [];
  }

  private metadata(name: pulumi.Input<string>, more: MoreMetadata = {}) {
    const annotations =
      more.annotations && Object.keys(more.annotations).length > 0 ? { annotations: { ...more.annotations } } : {};
    return { name, namespace: this.args.namespace, labels: { ...this.labels }, ...annotations };
  }

  private degradeAll(verdicts: readonly Degraded[]): void {
    for (const verdict of verdicts) {
      this.degrade(verdict);
    }
  }
}
