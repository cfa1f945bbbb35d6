import { MONITORING } from "./chart";
import { NO_RECEIVERS, OTLP_HTTP } from "./observability";

/** Service accounts of the collectors, as their releases name them: what acts in AWS. */
export const LOG_COLLECTOR = { namespace: MONITORING, name: "log-collector" } as const;
export const TRACE_COLLECTOR = { namespace: MONITORING, name: "otel-collector" } as const;

/** The distribution that speaks to AWS; the smaller one for clusters does not. */
const WITH_AWS = {
  image: { repository: "otel/opentelemetry-collector-contrib" },
  command: { name: "otelcol-contrib" },
} as const;

// biome-ignore lint/suspicious/noTemplateCurlyInString: the collector replaces it, not JavaScript.
const STREAM = "${env:STREAM}";

export interface LogShipping {
  readonly region: string;
  /** Log group that is there: the collector makes none. */
  readonly logGroup: string;
  /** Whether Loki takes them too. */
  readonly loki: boolean;
}

/**
 * Configuration of the collector of logs: CloudWatch, a stream for each node, and Loki where it is there.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/awscloudwatchlogsexporter
 */
export function cloudWatchLogValues({ region, logGroup, loki }: LogShipping) {
  return {
    ...WITH_AWS,
    extraEnvs: [{ name: "STREAM", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
    config: {
      receivers: NO_RECEIVERS,
      exporters: {
        ...(loki ? { [OTLP_HTTP]: { endpoint: `http://loki.${MONITORING}.svc:3100/otlp` } } : {}),
        awscloudwatchlogs: { region, log_group_name: logGroup, log_stream_name: STREAM },
      },
      service: {
        pipelines: {
          traces: null,
          metrics: null,
          // The preset adds the files of the node to the receivers.
          logs: {
            receivers: ["otlp"],
            processors: ["memory_limiter", "batch"],
            exporters: [...(loki ? [OTLP_HTTP] : []), "awscloudwatchlogs"],
          },
        },
      },
    },
  };
}

/**
 * Configuration of the collector of traces: X-Ray. It must not ask the node's metadata service, one hop too far for a pod.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/awsxrayexporter
 */
export function xrayValues(region: string, logGroup: string | undefined) {
  return {
    ...WITH_AWS,
    config: {
      receivers: NO_RECEIVERS,
      exporters: {
        awsxray: {
          region,
          local_mode: true,
          // A trace shows the logs beside it.
          ...(logGroup === undefined ? {} : { aws_log_groups: [logGroup] }),
        },
      },
      service: {
        pipelines: {
          logs: null,
          metrics: null,
          traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: ["awsxray"] },
        },
      },
    },
  };
}
