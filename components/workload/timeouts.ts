import type * as pulumi from "@pulumi/pulumi";

/** The provider's own patience, which is too little for what takes its time and no reason to be shorter. */
const LEAST_SECONDS = 600;
/** What is not there by then needs somebody to look at it. */
const MOST_SECONDS = 3_600;
/** To find a node, or wait for a new one, and to fetch the image. */
const SCHEDULING_SECONDS = 300;

/** The part of a pod that says how long it takes to come and go. */
export interface TimedPod {
  readonly terminationGracePeriodSeconds?: unknown;
  readonly containers?: unknown;
}

/**
 * How long an update waits for pods: each wave of a rollout may use its whole startup and its whole grace. A deletion waits
 * for the pods too, so it must outlast their grace, or the stack would not be destroyed for nothing but impatience.
 *
 * @param waves how many pods, or groups of pods, are replaced one after the other
 */
export function rolloutTimeouts(pod: TimedPod, waves: number): pulumi.CustomTimeouts {
  const grace = Number(pod.terminationGracePeriodSeconds ?? 30);
  const rollout = SCHEDULING_SECONDS + waves * (startupSeconds(pod) + grace);
  const wait = text(Math.min(rollout, MOST_SECONDS));
  return { create: wait, update: wait, delete: text(grace + SCHEDULING_SECONDS) };
}

/** How long an update waits for a Job: until it is out of time itself, which then says why. */
export function jobTimeouts(pod: TimedPod, deadlineSeconds: number): pulumi.CustomTimeouts {
  const wait = text(deadlineSeconds + 60);
  return { create: wait, update: wait, delete: text(Number(pod.terminationGracePeriodSeconds ?? 30) + 60) };
}

/** The longest time any container may take to start before it is started again. */
function startupSeconds({ containers }: TimedPod): number {
  const probes = (Array.isArray(containers) ? containers : []).map(
    (container: {
      readonly startupProbe?: { readonly periodSeconds?: unknown; readonly failureThreshold?: unknown };
    }) => Number(container.startupProbe?.periodSeconds ?? 0) * Number(container.startupProbe?.failureThreshold ?? 0),
  );
  return Math.max(0, ...probes);
}

function text(seconds: number): string {
  return `${Math.max(LEAST_SECONDS, seconds)}s`;
}
