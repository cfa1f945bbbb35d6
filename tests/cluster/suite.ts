import { Cluster } from "./client";
import { type ControlPlane, reasonForNone, startControlPlane } from "./controlPlane";

/** A first run builds the control plane and fetches definitions. */
const START_TIMEOUT_MS = 40 * 60_000;

/** Why some tests leave a given cluster alone. */
export const NOT_PLAYED = "somebody's own cluster: its nodes are not for tests to make and drain";

let started: Promise<ControlPlane> | undefined;

/** What the tests of a suite work on; known once its hooks have run. */
export interface Subject {
  readonly cluster: Cluster;
  readonly controlPlane: ControlPlane;
}

/**
 * A suite on the control plane that all suites share. Without one it stays in the report, as pending, with what to do
 * in its title.
 */
export function describeOnControlPlane(title: string, define: (subject: () => Subject) => void): void {
  const reason = reasonForNone();
  if (reason !== undefined) {
    describe(title, () => {
      it(reason);
    });
    return;
  }
  describe(title, () => {
    let subject: Subject | undefined;
    before(async function () {
      this.timeout(START_TIMEOUT_MS);
      started ??= startControlPlane();
      const controlPlane = await started;
      subject = { controlPlane, cluster: Cluster.fromKubeconfig(controlPlane.kubeconfig) };
    });
    after(() => subject?.cluster.close());
    define(() => {
      if (subject === undefined) {
        throw new Error("the control plane did not start");
      }
      return subject;
    });
  });
}

/** Stops the shared control plane; every file with such suites calls it when all suites of the run are through. */
export async function stopSharedControlPlane(): Promise<void> {
  const stopping = started;
  started = undefined;
  // A start that failed has cleaned up, and its suite has told of it.
  await (await stopping?.catch(() => undefined))?.stop();
}
