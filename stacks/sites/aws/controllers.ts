import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../../components/aws/account";
import { secretPath } from "../../../components/aws/secret";
import type { Grant } from "../../../components/binding";
import type { AddOnModes } from "../../../components/cluster/addOns/catalog";
import type { Context } from "../../../components/context";
import { masterPassword } from "../../../components/data/postgres/constraints";
import { needsKeda } from "../../../components/workload/autoscaling";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { Settings } from "../../settings";
import { watchSettings } from "../watching";

/** Controllers that act in AWS: their service accounts, as their charts name them. */
export const LOAD_BALANCER_CONTROLLER = { name: "aws-load-balancer-controller", namespace: "kube-system" } as const;
export const EXTERNAL_SECRETS = { name: "external-secrets", namespace: "external-secrets" } as const;

/**
 * Makes a new pod count as ready only once its target group finds it healthy, so that a rollout never takes an old one
 * away too soon. https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
 */
export const READINESS_GATES = { "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled" } as const;
/** Seconds until a load balancer has stopped sending requests to a target that was taken away. */
export const DRAIN_SECONDS = 15;

/** What is installed in a cluster of our own. metrics-server is a managed add-on of EKS, and not among them. */
export function addOnModes(
  system: ResolvedSystem,
  { kubernetes, mesh, compute }: Pick<Settings, "kubernetes" | "mesh" | "compute">,
  owned: boolean,
): AddOnModes {
  const settings = kubernetes.addOns;
  const { managedStores } = compute;
  const services = Object.values(system.services);
  const queued = services.some((service) => "scaling" in service && needsKeda(service.scaling));
  const searches = Object.entries(system.stores).some(
    ([name, { kind }]) => kind === "search" && !managedStores.includes(name),
  );
  return {
    "eck-operator": settings["eck-operator"] ?? (searches ? "install" : "none"),
    "external-secrets": settings["external-secrets"] ?? "install",
    reloader: settings.reloader ?? (settings["external-secrets"] === "none" ? "none" : "install"),
    keda: settings.keda ?? (queued ? "install" : "none"),
    ...watchSettings(system, settings, { cloudTraces: true }),
    // What a container wrote must not go with its node: of a cluster of ours, CloudWatch keeps it.
    ...(owned ? { "log-collector": settings["log-collector"] ?? "install" } : {}),
    "vertical-pod-autoscaler": settings["vertical-pod-autoscaler"] ?? "none",
    "argo-cd": settings["argo-cd"] ?? "none",
    istio: mesh.kind === "istio" ? (settings.istio ?? (owned ? "install" : "existing")) : "none",
    // Two of them would both keep every target group.
    "aws-load-balancer-controller": system.routes.length === 0 ? "none" : owned ? "install" : "existing",
  };
}

/**
 * The controller only keeps target groups filled. Its own documentation's policy lets it make load balancers, groups and
 * rules as well: https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json
 */
export function loadBalancerGrants(context: Context, account: Account): readonly Grant[] {
  return [
    {
      id: "targets",
      actions: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
      resources: [
        pulumi.interpolate`arn:${account.partition}:elasticloadbalancing:${context.region}:${account.id}:targetgroup/*/*`,
      ],
      conditions: { StringEquals: { "aws:ResourceTag/system": context.system } },
    },
    {
      id: "look",
      // None of these takes a resource. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
      actions: [
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "ec2:DescribeVpcs",
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeAvailabilityZones",
      ],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": context.region } },
    },
  ];
}

/** The controller reads the placement's own secrets, and the master passwords RDS keeps for its databases. */
export function externalSecretsGrants(
  context: Context,
  account: Account,
  system: ResolvedSystem,
  secretsKeyArn: pulumi.Input<string>,
): readonly Grant[] {
  const read = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"];
  const arn = (kind: string, name: string) =>
    pulumi.interpolate`arn:${account.partition}:${kind}:${context.region}:${account.id}:${name}`;
  // In a placement that follows, passwords come with the clients' own secrets.
  const followed = context.model === "global";
  const managed = Object.values(system.stores).some(
    (store) => store.kind === "postgres" && masterPassword(store, { followed }) === "managed",
  );
  return [
    { id: "secrets", actions: read, resources: [arn("secretsmanager", `secret:${secretPath(context)}*`)] },
    ...(managed
      ? [
          {
            id: "master-passwords",
            actions: read,
            resources: [arn("secretsmanager", "secret:rds!db-*")],
            // RDS puts this tag on the secrets it keeps.
            conditions: {
              ArnLike: { "aws:ResourceTag/aws:rds:primaryDBInstanceArn": arn("rds", `db:${context.system}-*`) },
            },
          },
        ]
      : []),
    {
      id: "key",
      actions: ["kms:Decrypt"],
      resources: [secretsKeyArn],
      conditions: { StringEquals: { "kms:ViaService": `secretsmanager.${context.region}.amazonaws.com` } },
    },
  ];
}
