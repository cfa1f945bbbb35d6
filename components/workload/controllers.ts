import type * as k8s from "@pulumi/kubernetes";
import type { ServiceSpec } from "../../systems/spec";
import { digest } from "../naming";
import { seconds } from "../quantities";
import type { VolumePlan } from "./volumes";

type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;
type JobServiceSpec = Extract<ServiceSpec, { kind: "job" | "cronjob" }>;

export interface ControllerArgs {
  readonly service: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly template: PodTemplate;
  readonly volumes: Pick<VolumePlan, "exclusive" | "templates">;
}

/** Groups in which pods are replaced: one by one, fifty workers would take an update most of a day. */
export const DEPLOYMENT_WAVES = 4;

/** Pods a rollout has beyond its replicas: a group, rounded up as the controller does. */
export function surge(replicas: number): number {
  return Math.ceil(replicas / DEPLOYMENT_WAVES);
}

/** `replicas` stays undefined where an autoscaler owns the count. */
export function deploymentSpec(
  args: ControllerArgs,
  replicas: number | undefined,
): k8s.types.input.apps.v1.DeploymentSpec {
  return {
    ...counted(replicas),
    selector: { matchLabels: { ...args.selector } },
    strategy: args.volumes.exclusive
      ? { type: "Recreate" }
      : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: `${100 / DEPLOYMENT_WAVES}%` } },
    revisionHistoryLimit: 5,
    template: args.template,
  };
}

/** `replicas` stays undefined where an autoscaler owns the count. */
export function statefulSetSpec(
  args: ControllerArgs,
  replicas: number | undefined,
): k8s.types.input.apps.v1.StatefulSetSpec {
  return {
    ...counted(replicas),
    selector: { matchLabels: { ...args.selector } },
    serviceName: args.service,
    podManagementPolicy: "Parallel",
    template: args.template,
    volumeClaimTemplates: args.volumes.templates.map(({ name, spec }) => ({ metadata: { name }, spec })),
  };
}

export function daemonSetSpec(args: ControllerArgs): k8s.types.input.apps.v1.DaemonSetSpec {
  return {
    selector: { matchLabels: { ...args.selector } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    template: args.template,
  };
}

export function cronJobSpec(
  spec: Extract<ServiceSpec, { kind: "cronjob" }>,
  template: PodTemplate,
): k8s.types.input.batch.v1.CronJobSpec {
  return {
    schedule: spec.schedule,
    timeZone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: spec.deadlineSeconds,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 3,
    jobTemplate: { spec: { ...jobSpec(spec, template), ttlSecondsAfterFinished: 86_400 } },
  };
}

export function jobSpec(spec: JobServiceSpec, template: PodTemplate): k8s.types.input.batch.v1.JobSpec {
  return {
    backoffLimit: spec.retries,
    activeDeadlineSeconds: seconds(spec.timeout),
    template: { ...template, spec: { ...(template.spec as k8s.types.input.core.v1.PodSpec), restartPolicy: "Never" } },
  };
}

/** A Job cannot be changed: another image or command is another Job, which runs while the last one is still listed. */
export function jobVersion(image: string, spec: JobServiceSpec): string {
  return digest(JSON.stringify([image, spec.command, spec.args, spec.env, spec.files]), 8);
}

function counted(replicas: number | undefined): { readonly replicas?: number } {
  return replicas === undefined ? {} : { replicas };
}
