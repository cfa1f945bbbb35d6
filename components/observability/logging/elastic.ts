import { elasticsearchVersion } from "../../data/search/elasticsearch";
import { containerResources } from "../../workload/container";

export interface ElasticArgs {
  /** Store of kind search the logs are indexed in. */
  readonly store: string;
  /** Its namespace, which the collectors reach across. */
  readonly storeNamespace: string;
  /** Its major version: the whole stack has one. */
  readonly version: string;
  /** Name of the system: of the collectors too. */
  readonly system: string;
  /** Namespaces of the system: the logs of others are not its business. */
  readonly namespaces: readonly string[];
  /** Logstash's replicas: two where a zone may be lost. */
  readonly replicas: number;
}

const BEATS_PORT = 5_044;
/** User the images run as. */
const USER_ID = 1_000;

const resources = (cpu: string, memory: string) =>
  containerResources({
    requests: { cpu, memory, ephemeralStorage: "256Mi" },
    limits: { cpu: "1000m", memory, ephemeralStorage: "1Gi" },
  });

const podSecurity = {
  runAsNonRoot: true,
  runAsUser: USER_ID,
  fsGroup: USER_ID,
  seccompProfile: { type: "RuntimeDefault" },
};
const contained = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** Name of the service by which collectors find Logstash: the operator puts it together. */
const logstashService = (name: string) => `${name}-ls-beats`;

/** Dashboards over the index, for people who reach the cluster. */
export function kibana({ store, storeNamespace, version }: ElasticArgs): Readonly<Record<string, unknown>> {
  return {
    version: elasticsearchVersion(version),
    count: 1,
    elasticsearchRef: { name: store, namespace: storeNamespace },
    config: { "telemetry.optIn": false },
    podTemplate: {
      spec: {
        automountServiceAccountToken: false,
        securityContext: podSecurity,
        containers: [{ name: "kibana", resources: resources("250m", "1Gi"), securityContext: contained }],
      },
    },
  };
}

/** Takes what the collectors send, takes it apart and indexes it. */
export function logstash(args: ElasticArgs): Readonly<Record<string, unknown>> {
  const { store, storeNamespace, version, replicas } = args;
  return {
    version: elasticsearchVersion(version),
    count: replicas,
    elasticsearchRefs: [{ name: store, namespace: storeNamespace, clusterName: "index" }],
    pipelines: [{ "pipeline.id": "logs", "config.string": pipeline(args) }],
    services: [
      {
        name: "beats",
        service: {
          spec: {
            type: "ClusterIP",
            ports: [{ name: "beats", port: BEATS_PORT, targetPort: BEATS_PORT, protocol: "TCP" }],
          },
        },
      },
    ],
    podTemplate: {
      spec: {
        automountServiceAccountToken: false,
        securityContext: podSecurity,
        containers: [{ name: "logstash", resources: resources("250m", "2Gi"), securityContext: contained }],
      },
    },
  };
}

/** Reads the files of every node's containers, those of the system alone. */
export function filebeat(
  { system, namespaces, version }: ElasticArgs,
  namespace: string,
): Readonly<Record<string, unknown>> {
  return {
    type: "filebeat",
    version: elasticsearchVersion(version),
    config: {
      "filebeat.inputs": namespaces.map((each) => ({
        type: "filestream",
        id: `${system}-${each}`,
        // The kubelet's links carry pod, namespace and container in their names: nobody need ask the API server.
        paths: [`/var/log/containers/*_${each}_*.log`],
        "prospector.scanner.symlinks": true,
        parsers: [{ container: { stream: "all", format: "auto" } }],
      })),
      "output.logstash": { hosts: [`${logstashService(system)}.${namespace}.svc:${BEATS_PORT}`], loadbalance: true },
    },
    daemonSet: {
      podTemplate: {
        spec: {
          automountServiceAccountToken: false,
          tolerations: [{ operator: "Exists" }],
          // The node's files are root's; nothing of them can be written to from here.
          securityContext: { runAsUser: 0 },
          containers: [
            {
              name: "filebeat",
              resources: resources("50m", "256Mi"),
              securityContext: { ...contained, runAsUser: 0, readOnlyRootFilesystem: true },
              volumeMounts: ["containers", "pods"].map((name) => ({
                name,
                mountPath: `/var/log/${name}`,
                readOnly: true,
              })),
            },
          ],
          volumes: ["containers", "pods"].map((name) => ({ name, hostPath: { path: `/var/log/${name}` } })),
        },
      },
    },
  };
}

/** The operator hands the index's address, user and authority to the pods as variables of the reference's name. */
function pipeline({ system }: ElasticArgs): string {
  return `input {
  beats { port => ${BEATS_PORT} }
}
filter {
  dissect {
    mapping => { "[log][file][path]" => "/var/log/containers/%{[kubernetes][pod]}_%{[kubernetes][namespace]}_%{[kubernetes][container]}.log" }
  }
  json { source => "message" target => "fields" skip_on_invalid_json => true }
}
output {
  elasticsearch {
    hosts => [ "\${INDEX_ES_HOSTS}" ]
    user => "\${INDEX_ES_USER}"
    password => "\${INDEX_ES_PASSWORD}"
    ssl_certificate_authorities => "\${INDEX_ES_SSL_CERTIFICATE_AUTHORITY}"
    data_stream => true
    data_stream_dataset => "${system}"
  }
}
`;
}
