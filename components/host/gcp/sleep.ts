import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { type Context, identityOf } from "../../context";
import { roleId } from "../../gcp/names";
import type { Project } from "../../gcp/project";
import { makeServiceAgent } from "../../gcp/serviceAgents";
import type { Make } from "../../make";

/** Hours in which nobody works. */
export interface SleepHours {
  /** Cron expression, UTC, when the machine is stopped. */
  readonly stop: string;
  /** Cron expression, UTC, when it is started. */
  readonly start: string;
}

export interface SleepArgs {
  readonly context: Context;
  readonly project: Project;
  readonly parent: pulumi.Resource;
  readonly hours: SleepHours;
}

/**
 * Stops and starts the machine by the clock. What it missed, such as a backup, it does when it wakes. Compute Engine acts
 * with its own agent, which may do neither until it is told so, and refuses a schedule before that.
 * https://docs.cloud.google.com/compute/docs/instances/schedule-instance-start-stop#required-permissions
 */
export function makeSleep(make: Make, { context, project, parent, hours }: SleepArgs) {
  const role = make(gcp.projects.IAMCustomRole, "sleep-role", {
    // A role's id has no hyphens, and is the project's: the placement's own names keep others apart.
    roleId: roleId(["groundplanSleep", identityOf(context), context.environment, context.placement]),
    title: `Stops and starts the host of ${context.system}`.slice(0, 100),
    permissions: ["compute.instances.start", "compute.instances.stop"],
  });
  const agent = makeServiceAgent(make, "compute", project, parent);
  const grant = make(
    gcp.projects.IAMMember,
    "sleep-grant",
    { project: project.id, role: role.name, member: agent.member },
    { dependsOn: [...agent.ready] },
  );
  return make(
    gcp.compute.ResourcePolicy,
    "sleep",
    {
      region: context.region,
      description: `Hours in which the host of ${context.system} is stopped`,
      instanceSchedulePolicy: {
        timeZone: "UTC",
        vmStopSchedule: { schedule: hours.stop },
        vmStartSchedule: { schedule: hours.start },
      },
    },
    { dependsOn: [grant] },
  );
}
