import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../../components/binding";
import type { AddOnModes } from "../../../components/cluster/addOns/catalog";
import { cloudWatchLogValues, TRACE_COLLECTOR, xrayValues } from "../../../components/cluster/addOns/charts/cloudWatch";
import type { AwsCluster } from "../../../components/cluster/existing";
import { ContainerLogs, containerLogGroup } from "../../../components/observability/logging/aws";
import type { Keys } from "../../../components/secrets/keys/aws";
import { childOf, type SiteRequest } from "../site";
import { watchValues } from "../watching";

export interface Collectors {
  /** Values of the collectors' releases. */
  readonly values: ReturnType<typeof watchValues>;
  /** What must stand before they start. */
  readonly ready: readonly pulumi.Resource[];
}

/** Traces have no ARN. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
const TRACES: readonly Grant[] = [
  { id: "write-traces", actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources: ["*"] },
];

/** Where logs and traces go: CloudWatch besides Loki, and X-Ray where the system wants the cloud's own service. */
export function makeCollectors(
  request: SiteRequest,
  {
    eks,
    clusterName,
    keys,
    modes,
  }: {
    readonly eks: AwsCluster;
    readonly clusterName: string;
    readonly keys: Keys;
    readonly modes: AddOnModes;
  },
  options: pulumi.ComponentResourceOptions,
): Collectors {
  const { context, system } = request;
  const { region } = context;
  const identity = (namespace: string, name: string, grants: readonly Grant[]) =>
    eks.identity(name, namespace, name, grants);
  const shipped = modes["log-collector"] === "install";
  const logGroup = containerLogGroup(clusterName);
  const logs = shipped
    ? new ContainerLogs(
        childOf(request, "container-logs"),
        {
          context,
          clusterName,
          keys,
          kubernetes: eks.kubernetes,
          identity,
          ...(eks.fargateRole === undefined ? {} : { fargateRole: eks.fargateRole }),
        },
        options,
      )
    : undefined;
  const traced = system.observability.traces === "cloud" && modes["otel-collector"] === "install";
  const tracer = traced ? identity(TRACE_COLLECTOR.namespace, TRACE_COLLECTOR.name, TRACES) : undefined;
  return {
    values: {
      ...watchValues(request, { cloudTraces: true }),
      ...(shipped ? { "log-collector": cloudWatchLogValues({ region, logGroup, loki: modes.loki !== "none" }) } : {}),
      ...(traced ? { "otel-collector": xrayValues(region, shipped ? logGroup : undefined) } : {}),
    },
    ready: [...(logs?.ready ?? []), ...(tracer?.ready ?? [])],
  };
}
