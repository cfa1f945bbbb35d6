import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Account, accountOf } from "../../aws/account";
import { namePrefix } from "../../aws/names";
import { policyDocument } from "../../aws/policy";
import type { Grant } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { POOL_LABEL, type WorkloadIdentity } from "../contract";
import { type NodeGroupPlan, SYSTEM_POOL } from "../eks/nodeGroups";
import { controllerGrants } from "./grants";
import { growing, type NodeFacts, nodeClassSpec, nodePoolSpec } from "./nodePools";

export interface NodeAutoscalerArgs extends ComponentArgs {
  readonly clusterName: string;
  readonly groups: readonly NodeGroupPlan[];
  /** Role the nodes of the groups have; those made here have the same. */
  readonly nodeRole: { readonly name: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  /** Release of the nodes' image. @default the newest, and newer ones as they come out */
  readonly release?: string;
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly nodeSecurityGroupId: pulumi.Input<string>;
  readonly kubernetes: pulumi.ProviderResource;
  /** What must stand before the controller runs: the nodes it runs on. */
  readonly after: readonly pulumi.Resource[];
  /** Cluster of the stack's own: its releases go with it, reachable or not. @default none */
  readonly cluster?: pulumi.Resource;
  /** Gives the controller's service account its grants. */
  readonly identity: (namespace: string, name: string, grants: readonly Grant[]) => WorkloadIdentity | undefined;
  readonly transform?: {
    readonly queue?: Transform<aws.sqs.QueueArgs>;
    readonly controller?: Transform<k8s.helm.v3.ReleaseArgs>;
  };
}

/** https://karpenter.sh/docs/upgrading/compatibility/: 1.9 and later run on Kubernetes 1.35. */
const KARPENTER_VERSION = "1.14.1";
const CHARTS = "oci://public.ecr.aws/karpenter";
const NAMESPACE = "kube-system";
const CONTROLLER = "karpenter";
const QUEUE_NAME = { maxLength: 80, allowed: /[A-Za-z0-9_-]/, keepCase: true } as const;

/** What the cloud says of machines that will go. https://karpenter.sh/docs/concepts/disruption/#interruption */
const EVENTS = {
  health: { source: "aws.health", detail: "AWS Health Event" },
  spot: { source: "aws.ec2", detail: "EC2 Spot Instance Interruption Warning" },
  rebalance: { source: "aws.ec2", detail: "EC2 Instance Rebalance Recommendation" },
  state: { source: "aws.ec2", detail: "EC2 Instance State-change Notification" },
  capacity: { source: "aws.ec2", detail: "EC2 Capacity Reservation Instance Interruption Warning" },
} as const;

/** Karpenter: nodes for pods that find no place, one pool for each group that may grow, emptied before the cloud takes them. */
export class NodeAutoscaler extends Component {
  private readonly args: NodeAutoscalerArgs;
  private readonly account: Account;

  constructor(name: string, args: NodeAutoscalerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:cluster:NodeAutoscaler", name, args, opts);
    this.args = args;
    this.account = accountOf(this);
    const queue = this.makeQueue();
    const profile = this.makeProfile();
    const controller = this.makeController(queue);
    const pools = growing(args.groups).map((group) => this.makePool(group, profile, controller));
    this.finish({ pools: pools.map((pool) => pool.metadata.name) });
  }

  private makeQueue(): aws.sqs.Queue {
    const { context } = this;
    const encrypted = { sqsManagedSseEnabled: true, tags: context.tags };
    const unread = this.make(aws.sqs.Queue, "unread", {
      namePrefix: namePrefix(QUEUE_NAME, [context.system, context.placement, "unread"]),
      messageRetentionSeconds: 1_209_600,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "allowAll" }),
      ...encrypted,
    });
    const queue = this.make(aws.sqs.Queue, "queue", {
      namePrefix: namePrefix(QUEUE_NAME, [context.system, context.placement, "interruptions"]),
      // A warning that old is about a machine that is gone.
      messageRetentionSeconds: 300,
      redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: unread.arn, maxReceiveCount: 5 }),
      ...encrypted,
    });
    const rules = Object.entries(EVENTS).map(([event, { source, detail }]) => {
      const rule = this.make(aws.cloudwatch.EventRule, `event-${event}`, {
        description: `${detail}, for the nodes of ${context.system} in ${context.placement}`,
        eventPattern: JSON.stringify({ source: [source], "detail-type": [detail] }),
        tags: context.tags,
      });
      this.make(aws.cloudwatch.EventTarget, `event-${event}-target`, { rule: rule.name, arn: queue.arn });
      return rule;
    });
    this.make(aws.sqs.QueuePolicy, "queue-policy", {
      queueUrl: queue.url,
      policy: policyDocument([
        {
          Sid: "Events",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: queue.arn,
          Condition: { ArnEquals: { "aws:SourceArn": rules.map((rule) => rule.arn) } },
        },
        {
          Sid: "PlainText",
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: queue.arn,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]),
    });
    return queue;
  }

  private makeProfile(): aws.iam.InstanceProfile {
    const { context, args } = this;
    return this.make(aws.iam.InstanceProfile, "profile", {
      namePrefix: namePrefix({ maxLength: 128, allowed: /[A-Za-z0-9_-]/, keepCase: true }, [
        context.system,
        context.placement,
        "node",
      ]),
      role: args.nodeRole.name,
      tags: context.tags,
    });
  }

  /** Its kinds come by a chart of their own, which keeps them current; Helm never changes those within a chart. */
  private makeController(queue: aws.sqs.Queue): k8s.helm.v3.Release {
    const { context, args, account } = this;
    const { clusterName } = args;
    const grants = controllerGrants({
      context,
      account,
      clusterName,
      nodeRoleArn: args.nodeRole.arn,
      queueArn: queue.arn,
    });
    const identity = args.identity(NAMESPACE, CONTROLLER, grants)?.ready ?? [];
    const common = {
      namespace: NAMESPACE,
      version: KARPENTER_VERSION,
      atomic: true,
      cleanupOnFail: true,
      timeout: 600,
    };
    const options = {
      provider: args.kubernetes,
      ...(args.cluster ? { deletedWith: args.cluster } : {}),
    };
    const kinds = this.make(
      k8s.helm.v3.Release,
      "kinds",
      { ...common, name: "karpenter-crd", chart: `${CHARTS}/karpenter-crd` },
      { ...options, dependsOn: [...args.after] },
    );
    return this.make(
      k8s.helm.v3.Release,
      "controller",
      {
        ...common,
        name: CONTROLLER,
        chart: `${CHARTS}/karpenter`,
        skipCrds: true,
        values: {
          replicas: context.redundancy.multiZone ? 2 : 1,
          serviceAccount: { name: CONTROLLER },
          // Never on a node it has made itself.
          nodeSelector: { "kubernetes.io/os": "linux", [POOL_LABEL]: SYSTEM_POOL },
          controller: {
            resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
          },
          settings: { clusterName, interruptionQueue: queue.name, eksControlPlane: true },
        },
      },
      { ...options, dependsOn: [kinds, ...identity, ...args.after] },
    );
  }

  private makePool(
    group: NodeGroupPlan,
    profile: aws.iam.InstanceProfile,
    controller: pulumi.Resource,
  ): k8s.apiextensions.CustomResource {
    const { context, args } = this;
    const title = `${context.system}-${context.placement}-${group.name}`;
    const facts = pulumi
      .all([profile.name, args.nodeSecurityGroupId, ...args.subnetIds])
      .apply(([instanceProfile = "", securityGroupId = "", ...subnetIds]): NodeFacts => {
        const release = args.release === undefined ? {} : { release: args.release };
        return { instanceProfile, securityGroupId, subnetIds, tags: { ...context.tags, Name: title }, ...release };
      });
    const nodeClass = this.make(
      k8s.apiextensions.CustomResource,
      `class-${group.name}`,
      {
        apiVersion: "karpenter.k8s.aws/v1",
        kind: "EC2NodeClass",
        metadata: { name: group.name },
        spec: facts.apply((known) => nodeClassSpec(group, known)),
      },
      { provider: args.kubernetes, dependsOn: [controller] },
    );
    return this.make(
      k8s.apiextensions.CustomResource,
      `pool-${group.name}`,
      {
        apiVersion: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: { name: group.name },
        spec: nodePoolSpec(group, group.name),
      },
      { provider: args.kubernetes, dependsOn: [nodeClass] },
    );
  }
}
