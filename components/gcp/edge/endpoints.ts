import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";
import { identityOf } from "../../context";
import type { LoadBalancerRoute } from "../../edge/loadBalancer/contract";
import { planTargets, type TargetPlan } from "../../edge/loadBalancer/routes";
import type { Make } from "../../make";
import { uniqueName } from "../../naming";
import type { Network } from "../../networking/gcp";
import { objectLabels, selectorLabels } from "../../workload/labels";
import { GCP_NAMES } from "../names";
import { allowIngress, GOOGLE_FRONT_ENDS } from "../network/firewall";
import { projectOf } from "../project";

export interface EndpointsArgs extends ComponentArgs {
  readonly routes: readonly LoadBalancerRoute[];
  readonly network: Network;
  /** Account the pods' nodes run under. */
  readonly nodeAccount: pulumi.Input<string>;
}

/** Pods of one target in the zones of one placement, as a load balancer refers to them. */
export interface EndpointGroups {
  readonly groups: readonly pulumi.Output<string>[];
  readonly ready: readonly pulumi.Resource[];
}

/**
 * The pods of one placement that the public reaches, as network endpoint groups. GKE makes and fills them, from an
 * annotation of a Service; a load balancer outside the cluster refers to them by name.
 * https://docs.cloud.google.com/kubernetes-engine/docs/how-to/standalone-neg
 */
export class Endpoints extends Component {
  /** By target. */
  readonly targets: ReadonlyMap<string, EndpointGroups>;

  private readonly args: EndpointsArgs;

  constructor(name: string, args: EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:LoadBalancer", name, args, opts);
    this.args = args;
    const opened = this.openTo();
    this.targets = new Map(planTargets(args.routes).map((target) => [target.key, this.makeGroups(target, opened)]));
    this.finish({ targets: [...this.targets.keys()] });
  }

  private openTo(): pulumi.Resource {
    const { network, nodeAccount, routes } = this.args;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    return allowIngress(make, "from-edge", {
      network: network.vpcId,
      description: "Google's load balancers and health checks to pods",
      serviceAccount: nodeAccount,
      ranges: GOOGLE_FRONT_ENDS,
      ports: [...new Set(routes.map(({ targetPort }) => targetPort))].sort((a, b) => a - b),
    });
  }

  private makeGroups({ key, route }: TargetPlan, opened: pulumi.Resource): EndpointGroups {
    const { context } = this;
    const groupName = uniqueName(GCP_NAMES.compute, [identityOf(context), context.environment, context.placement, key]);
    const service = this.make(
      k8s.core.v1.Service,
      `service-${key}`,
      {
        metadata: {
          name: `${key}-edge`,
          namespace: route.namespace,
          labels: { ...objectLabels(context, route.service, "network") },
          annotations: {
            "cloud.google.com/neg": JSON.stringify({ exposed_ports: { [route.targetPort]: { name: groupName } } }),
            // From here on GKE knows of them, and makes them next.
            "pulumi.com/waitFor": "jsonpath={.metadata.annotations.cloud\\.google\\.com/neg-status}",
          },
        },
        spec: {
          type: "ClusterIP",
          selector: { ...selectorLabels(context.system, route.service) },
          ports: [{ name: "edge", port: route.targetPort, targetPort: route.targetPort, protocol: "TCP" }],
        },
      },
      { dependsOn: [...route.ready] },
    );
    const made = this.awaitGroups(key, { groupName, namespace: route.namespace, port: route.targetPort, service });
    const project = projectOf(this).id;
    return {
      groups: this.args.network.zoneNames.map(
        (zone) =>
          pulumi.interpolate`https://www.googleapis.com/compute/v1/projects/${project}/zones/${zone}/networkEndpointGroups/${groupName}`,
      ),
      ready: [service, made, opened],
    };
  }

  /**
   * A backend can only name what is there, and the Service says what will be: GKE writes its `neg-status` before it makes
   * the groups. Whether they are made stands in an object of GKE's own of their name, which this one waits for. Whoever of
   * both comes first writes it: these are the labels GKE gives it and looks for.
   * https://github.com/kubernetes/ingress-gce/blob/master/pkg/neg/manager.go (ensureSvcNegCR)
   */
  private awaitGroups(
    key: string,
    of: {
      readonly groupName: string;
      readonly namespace: string;
      readonly port: number;
      readonly service: k8s.core.v1.Service;
    },
  ): pulumi.Resource {
    return this.make(
      k8s.apiextensions.CustomResourcePatch,
      `groups-${key}`,
      {
        apiVersion: "networking.gke.io/v1beta1",
        kind: "ServiceNetworkEndpointGroup",
        metadata: {
          name: of.groupName,
          namespace: of.namespace,
          labels: {
            "networking.gke.io/managed-by": "neg-controller",
            "networking.gke.io/service-name": `${key}-edge`,
            "networking.gke.io/service-port": String(of.port),
          },
          finalizers: ["networking.gke.io/neg-finalizer"],
          annotations: { "pulumi.com/waitFor": "condition=Initialized" },
        },
      },
      // It goes with its Service, which GKE takes for the word to delete the groups, by what is written here.
      { dependsOn: [of.service], deletedWith: of.service },
    );
  }
}
