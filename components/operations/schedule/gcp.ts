import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";

export interface ScheduleArgs extends ComponentArgs {
  /** Cron expression, UTC, when the placement sleeps. */
  readonly stop: string;
  /** Cron expression, UTC, when it wakes. */
  readonly start: string;
}

/** Hours a placement outside production sleeps: not kept yet, and the plan says so. */
export class Schedule extends Component {
  constructor(name: string, args: ScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:operations:Schedule", name, args, opts);
    this.degrade({
      feature: `stopping at ${args.stop} and starting at ${args.start} (UTC)`,
      reason: "nothing sets node pools and databases to sleep yet: they run, and cost, all day",
      remedy: "lower the pools' least sizes and stop the databases by hand or with Cloud Scheduler",
    });
    this.finish({ stop: args.stop, start: args.start });
  }
}
