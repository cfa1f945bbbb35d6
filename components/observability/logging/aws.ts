import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../aws/account";
import { makeLogGroup } from "../../aws/logGroup";
import { grantsDocument } from "../../aws/policy";
import type { Grant } from "../../binding";
import { LOG_COLLECTOR } from "../../cluster/addOns/charts/cloudWatch";
import type { WorkloadIdentity } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import type { KeysContract } from "../../secrets/keys/contract";

export interface ContainerLogsArgs extends ComponentArgs {
  readonly clusterName: string;
  readonly keys: KeysContract;
  readonly kubernetes: pulumi.ProviderResource;
  /** Gives the collector's service account its grants. */
  readonly identity: (namespace: string, name: string, grants: readonly Grant[]) => WorkloadIdentity | undefined;
  /** Role that starts pods on Fargate, whose logs no collector on a node sees. @default no pod runs there */
  readonly fargateRole?: pulumi.Input<string>;
  readonly transform?: { readonly group?: Transform<aws.cloudwatch.LogGroupArgs> };
}

/** Name of the log group with a cluster's containers. */
export function containerLogGroup(clusterName: string): string {
  return `/aws/eks/${clusterName}/containers`;
}

/** Where the containers of a cluster write in CloudWatch: a group that outlives their nodes, and what may write to it. */
export class ContainerLogs extends Component {
  /** What must stand before a collector starts. */
  readonly ready: readonly pulumi.Resource[];

  private readonly args: ContainerLogsArgs;

  constructor(name: string, args: ContainerLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Logging", name, args, opts);
    this.args = args;
    const { context } = this;
    const groupName = containerLogGroup(args.clusterName);
    const group = makeLogGroup(
      (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts),
      "group",
      {
        context,
        name: groupName,
        keyArn: args.keys.arn("logs"),
      },
    );
    const collector = args.identity(LOG_COLLECTOR.namespace, LOG_COLLECTOR.name, this.writing(groupName));
    this.ready = [
      group,
      ...(collector?.ready ?? []),
      ...(args.fargateRole === undefined ? [] : this.onFargate(groupName, args.fargateRole)),
    ];
    this.finish({ logGroup: groupName });
  }

  /** Nothing but writing into this one group: neither the group nor its retention is the collector's to make. */
  private writing(groupName: string): readonly Grant[] {
    const account = accountOf(this);
    const arn = pulumi.interpolate`arn:${account.partition}:logs:${this.context.region}:${account.id}:log-group:${groupName}`;
    return [
      {
        id: "write-logs",
        actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources: [arn, pulumi.interpolate`${arn}:log-stream:*`],
      },
    ];
  }

  /**
   * Fargate has a collector of its own, told by this one name, which acts as the role that starts its pods.
   * https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
   */
  private onFargate(groupName: string, role: pulumi.Input<string>): readonly pulumi.Resource[] {
    const { context } = this;
    const { kubernetes } = this.args;
    const policy = this.make(aws.iam.RolePolicy, "fargate-policy", {
      role,
      policy: grantsDocument(this.writing(groupName)),
    });
    const name = "aws-observability";
    const namespace = this.make(
      k8s.core.v1.Namespace,
      "fargate-namespace",
      {
        metadata: {
          name,
          labels: { [name]: "enabled", "app.kubernetes.io/managed-by": "groundplan" },
        },
      },
      { provider: kubernetes },
    );
    const output = [
      "[OUTPUT]",
      "    Name cloudwatch_logs",
      "    Match *",
      `    region ${context.region}`,
      `    log_group_name ${groupName}`,
      "    log_stream_prefix fargate-",
      "    auto_create_group false",
      "",
    ].join("\n");
    const configuration = this.make(
      k8s.core.v1.ConfigMap,
      "fargate-configuration",
      { metadata: { name: "aws-logging", namespace: name }, data: { "output.conf": output } },
      { provider: kubernetes, dependsOn: [namespace] },
    );
    return [policy, configuration];
  }
}
