import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../systems/spec";
import type { BindingValue, SecretSource } from "../binding";
import type { Capabilities, ClusterContract } from "../cluster/contract";
import { Component, type ComponentArgs, type Degraded, type Transform } from "../component";
import { digest, NAME_RULES, physicalName } from "../naming";
import { seconds } from "../quantities";
import { leastReplicas, mostReplicas, needsKeda, planAutoscaling, type QueueAddress } from "./autoscaling";
import { isRunning, portName } from "./container";
import { disruptionBudget } from "./disruption";
import { type BoundUse, egressFlows, planEnvironment } from "./environment";
import { objectLabels, type Role, SKIP_AWAIT, selectorLabels } from "./labels";
import { type Flow, networkPolicySpec, reachesHosts } from "./networkPolicy";
import { planSecrets, type SecretPlan } from "./secretObjects";
import { planTemplate } from "./template";
import { planVertical } from "./verticalAutoscaling";
import { fileKey, planVolumes, type VolumePlan } from "./volumes";

export interface WorkloadArgs extends ComponentArgs {
  /** Name of the service in the spec: the name of everything made for it. */
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly namespace: string;
  /** Image with its registry. */
  readonly image: string;
  readonly cluster: ClusterContract;
  /** Everything the service talks to. */
  readonly uses: readonly BoundUse[];
  /** Who may connect to its pods. */
  readonly ingress: readonly Flow[];
  /** Secrets of the system by the variable that takes them. */
  readonly secrets: Readonly<Record<string, BindingValue>>;
  /** Binding of the store its queue lives in, where it scales on one. */
  readonly queue?: BoundUse;
  /** Mesh of the placement. @default "none" */
  readonly mesh?: "none" | "istio";
  /** Whether the node pool it is meant for takes no other pods. @default false */
  readonly poolTainted?: boolean;
  /** Changes to single children just before they are made, by role. */
  readonly transform?: WorkloadTransforms;
}

export interface WorkloadTransforms {
  readonly deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
  readonly statefulset?: Transform<k8s.apps.v1.StatefulSetArgs>;
  readonly daemonset?: Transform<k8s.apps.v1.DaemonSetArgs>;
  readonly cronjob?: Transform<k8s.batch.v1.CronJobArgs>;
  readonly job?: Transform<k8s.batch.v1.JobArgs>;
  readonly service?: Transform<k8s.core.v1.ServiceArgs>;
  readonly policy?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  readonly autoscaler?: Transform<k8s.autoscaling.v2.HorizontalPodAutoscalerArgs>;
}

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
    const volumes = this.volumes();
    const service = this.service();
    const before = [
      account,
      policy,
      ...secrets.objects,
      ...volumes.objects,
      ...(service ? [service] : []),
      ...readiness(args.uses),
    ];
    const controller = this.controller(environment.plain, secrets, volumes.plan, before);
    this.verticalAutoscaler(controller);
    this.disruptionBudget();
    this.monitor();
    this.mesh();

    this.ready = [controller];
    this.finish({ service: args.service, namespace: args.namespace, kind: args.spec.kind });
  }

  private serviceAccount(): pulumi.Resource {
    const { args } = this;
    const grants = args.uses.flatMap((use) => use.binding.grants(args.service, use.access));
    const identity = args.cluster.identity(args.service, args.namespace, args.service, grants);
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

  private networkPolicy(): pulumi.Resource {
    const { service, ingress, uses } = this.args;
    const egress = egressFlows(uses);
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

  /** Keeps secrets in objects named `${service}-PURPOSE`; without External Secrets its entries cannot be read. */
  private secretObjects(purpose: string, sources: Readonly<Record<string, SecretSource>>) {
    const { service, cluster } = this.args;
    const names = { values: `${service}-${purpose}`, external: `${service}-${purpose}-external` };
    const plan = planSecrets(sources, names);
    const objects: pulumi.Resource[] = [];
    let version: pulumi.Output<string> | undefined;
    if (Object.keys(plan.stringData).length > 0) {
      const secret = this.make(k8s.core.v1.Secret, `${purpose}-values`, {
        metadata: this.metadata(names.values),
        type: "Opaque",
        stringData: plan.stringData,
      });
      objects.push(secret);
      version = secret.metadata.resourceVersion;
    }
    if (plan.remote.length > 0) {
      objects.push(
        this.customResource(
          `${purpose}-external`,
          "externalSecrets",
          "external-secrets.io/v1",
          "ExternalSecret",
          names.external,
          {
            refreshInterval: "1h",
            secretStoreRef: cluster.secretStore,
            target: { name: names.external, creationPolicy: "Owner", deletionPolicy: "Retain" },
            data: plan.remote,
          },
        ),
      );
    }
    return { ...plan, objects, version };
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
    const ports = Object.entries(spec.ports).map(([name, { port, servicePort, protocol }]) => ({
      name: portName(name),
      port: servicePort ?? port,
      targetPort: portName(name),
      protocol: "TCP",
      ...(protocol === "grpc" ? { appProtocol: "kubernetes.io/h2c" } : {}),
    }));
    if (!isRunning(spec) || ports.length === 0) {
      return undefined;
    }
    return this.make(k8s.core.v1.Service, "service", {
      metadata: this.metadata(service, { annotations: SKIP_AWAIT }),
      spec: {
        type: "ClusterIP",
        selector: { ...this.selector },
        ports,
        ...(spec.kind === "statefulset" ? { clusterIP: "None" } : {}),
        // What a node's service was told it alone remembers, so a client stays with the one it talked to first.
        ...(spec.kind === "daemonset" ? { sessionAffinity: "ClientIP" } : {}),
      },
    });
  }

  private controller(
    plainEnv: Readonly<Record<string, pulumi.Input<string>>>,
    secrets: SecretPlan & { readonly version?: pulumi.Output<string> },
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
    });
    this.degradeAll(degraded);
    const metadata = this.metadata(service);
    const selector = { matchLabels: { ...this.selector } };
    switch (spec.kind) {
      case "deployment": {
        const replicas = this.replicas("Deployment");
        const strategy = volumes.exclusive
          ? { type: "Recreate" }
          : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
        const made = this.make(
          k8s.apps.v1.Deployment,
          "deployment",
          { metadata, spec: { ...replicas.fields, selector, strategy, revisionHistoryLimit: 5, template } },
          { dependsOn },
        );
        replicas.attach(made);
        return made;
      }
      case "statefulset": {
        const replicas = this.replicas("StatefulSet");
        const volumeClaimTemplates = volumes.templates.map((claim) => ({
          metadata: { name: claim.name },
          spec: claim.spec,
        }));
        const made = this.make(
          k8s.apps.v1.StatefulSet,
          "statefulset",
          {
            metadata,
            spec: {
              ...replicas.fields,
              selector,
              serviceName: service,
              podManagementPolicy: "Parallel",
              template,
              volumeClaimTemplates,
            },
          },
          { dependsOn, protect: this.context.redundancy.protect },
        );
        replicas.attach(made);
        return made;
      }
      case "daemonset":
        return this.make(
          k8s.apps.v1.DaemonSet,
          "daemonset",
          {
            metadata,
            spec: {
              selector,
              updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
              template,
            },
          },
          { dependsOn },
        );
      case "cronjob":
        return this.make(
          k8s.batch.v1.CronJob,
          "cronjob",
          {
            metadata: this.metadata(physicalName(NAME_RULES.kubernetesCronJob, [service])),
            spec: {
              schedule: spec.schedule,
              timeZone: "Etc/UTC",
              concurrencyPolicy: "Forbid",
              startingDeadlineSeconds: spec.deadlineSeconds,
              successfulJobsHistoryLimit: 3,
              failedJobsHistoryLimit: 3,
              jobTemplate: { spec: { ...jobLimits(spec), ttlSecondsAfterFinished: 86_400, template: once(template) } },
            },
          },
          { dependsOn },
        );
      case "job":
        return this.make(
          k8s.batch.v1.Job,
          "job",
          {
            // A Job cannot be changed: another image or command is another Job, which runs while the last one is still listed.
            metadata: this.metadata(physicalName(NAME_RULES.kubernetesLabel, [service, jobVersion(args)])),
            spec: { ...jobLimits(spec), template: once(template) },
          },
          { dependsOn },
        );
      default:
        return spec satisfies never;
    }
  }

  /** The replica count, or the autoscaler that owns it. */
  private replicas(kind: "Deployment" | "StatefulSet") {
    const { spec, service, cluster, queue } = this.args;
    const scaling = isRunning(spec) ? spec.scaling : undefined;
    if (!scaling) {
      return { fields: {}, attach: () => undefined };
    }
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
    return { fields: autoscaling.by === "nobody" ? { replicas: autoscaling.replicas } : {}, attach };
  }

  /** Where KEDA finds the queue, with the password in an object of KEDA's own kind. */
  private queueAddress(queue: BoundUse): QueueAddress | undefined {
    const { service } = this.args;
    const { host, port, password, tls, sentinelMaster } = queue.binding.values(service, "primary");
    if (host?.kind !== "plain" || port?.kind !== "plain") {
      return undefined;
    }
    const address = {
      host: host.value,
      port: port.value,
      tls: tls?.kind === "plain" && tls.value === "true",
      ...(sentinelMaster?.kind === "plain" ? { sentinelMaster: sentinelMaster.value } : {}),
    };
    if (password?.kind !== "secret") {
      return address;
    }
    const { refs, objects } = this.secretObjects("scaler", { password: password.source });
    // Sentinels and servers share the store's one password.
    const parameters = sentinelMaster ? ["password", "sentinelPassword"] : ["password"];
    const secretTargetRef = parameters.map((parameter) => ({ parameter, ...refs.password }));
    const authentication = `${service}-queue`;
    this.customResource(
      "queue",
      "keda",
      "keda.sh/v1alpha1",
      "TriggerAuthentication",
      authentication,
      { secretTargetRef },
      objects,
    );
    return { ...address, authentication };
  }

  private verticalAutoscaler(target: pulumi.Resource): void {
    const { spec, service, cluster } = this.args;
    if (!isRunning(spec)) {
      return;
    }
    const kind = { deployment: "Deployment", statefulset: "StatefulSet", daemonset: "DaemonSet" } as const;
    const plan = planVertical(service, kind[spec.kind], spec.scaling, cluster.capabilities.verticalPodAutoscaler);
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
    const { spec, service, mesh } = this.args;
    if (isRunning(spec) && spec.mesh && mesh === "istio") {
      this.degrade({
        feature: `mesh for ${service}: mutual TLS, retries, circuit breaking`,
        reason: "no mesh is brought to an attached cluster",
        remedy: "install Istio in the cluster and label the namespace for its ambient mode",
      });
    }
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

  private metadata(name: string, more: { readonly annotations?: Readonly<Record<string, pulumi.Input<string>>> } = {}) {
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

function roleOf(spec: ServiceSpec): Role {
  switch (spec.kind) {
    case "cronjob":
    case "job":
      return "job";
    case "daemonset":
      return "node-service";
    case "deployment":
    case "statefulset":
      return Object.keys(spec.ports).length > 0 ? "service" : "worker";
    default:
      return spec satisfies never;
  }
}

function readiness(uses: readonly BoundUse[]): readonly pulumi.Resource[] {
  return [...new Set(uses.flatMap((use) => use.binding.ready))];
}

type JobSpec = Extract<ServiceSpec, { kind: "job" | "cronjob" }>;

function jobLimits(spec: JobSpec) {
  return { backoffLimit: spec.retries, activeDeadlineSeconds: seconds(spec.timeout) };
}

function once(template: k8s.types.input.core.v1.PodTemplateSpec): k8s.types.input.core.v1.PodTemplateSpec {
  return { ...template, spec: { ...(template.spec as k8s.types.input.core.v1.PodSpec), restartPolicy: "Never" } };
}

function jobVersion({ image, spec }: WorkloadArgs): string {
  return digest(JSON.stringify([image, spec.command, spec.args, spec.env, spec.files]), 8);
}
