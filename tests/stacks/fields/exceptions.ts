import type { Plan } from "../../../engine";
import type { Put } from "./sweep";

/** Fields that a plan does not show, and why that is right. */
export interface Exception {
  readonly fields: RegExp;
  /** Cells it is true of, as `cloud/model`. @default all of them */
  readonly cells?: RegExp;
  readonly reason: string;
}

const HOSTS = /single-server/;
const CLUSTERS = /distributed/;
const OWN_CLUSTERS = /^(aws|gcp)\/distributed/;
const ATTACHED = /^kubernetes/;

/** Fields the input that has one of everything cannot have. */
export const ABSENT: readonly Exception[] = [
  { fields: /\.probes\.(startup|liveness)\.command$/, reason: "they have a path; readiness has the command" },
  { fields: /\.probes\.readiness\.port$/, reason: "it has a command; the others have a port" },
  { fields: /\.scaling\.alone$/, reason: "checks of the system and policies ask for it" },
  { fields: /\(redis\)\.alone$/, reason: "checks of the system and policies ask for it" },
  { fields: /\(redis\)\.classes\.gcp$/, reason: "Memorystore is sold by memory: the field is refused" },
  { fields: /\(memcached\)\.classes\.gcp$/, reason: "nothing of Google's is used: the field is refused" },
];

/** Fields that are for people, or for other places than the one planned: as their documentation says. */
export const ELSEWHERE: readonly Exception[] = [
  { fields: /^(title|description)$/, reason: "the report, the reference and the list of systems show them" },
  { fields: /^domain$/, reason: "the setting overrides it" },
  { fields: /^secrets\.\*\.description$/, reason: "entries of a secret store carry it", cells: /kubernetes|single/ },
  { fields: /\.security\.reason$/, reason: "validation asks for it, and init writes it to the exemption" },
  { fields: /\.scaling\.start$/, reason: "kept for documents: the autoscaler owns the count" },
  { fields: /\.segment$/, cells: CLUSTERS, reason: "networks of containers on a single host" },
  { fields: /^edge\.(proxy\.|ciphers$)/, cells: CLUSTERS, reason: "a proxy of the single-host models" },
  { fields: /^edge\.issuer$/, cells: OWN_CLUSTERS, reason: "certificates are the cloud's own" },
  { fields: /\.(classes|alternatives)\.gcp$/, cells: /^aws/, reason: "classes of another cloud" },
  { fields: /\.(classes|alternatives)\.aws$/, cells: /^gcp/, reason: "classes of another cloud" },
  { fields: /\.(classes|alternatives)\.(aws|gcp)$/, cells: ATTACHED, reason: "classes of another cloud" },
  { fields: /\((memcached|search|vector)\)\.classes\./, reason: "these run in the cluster, sized by resources" },
  { fields: /^capacity\.(cpu|memory|disk|network|throughput)$/, reason: "the document's own words" },
  { fields: /^capacity\.host/, cells: CLUSTERS, reason: "the machine of the single-host models" },
  { fields: /^objectives\./, reason: "the report compares them with the backups that are there" },
  { fields: /^observability\.logFormat$/, reason: "what services write; collectors take JSON and text alike" },
  { fields: /\.uses\[\]\.endpoint$/, cells: ATTACHED, reason: "a Secret holds the host, which no plan shows" },
  { fields: /^routes\[\]\.webSockets$/, cells: CLUSTERS, reason: "only some proxies have to be told" },
  { fields: /\.maintenanceWindow$/, cells: /kubernetes|single/, reason: "it is for managed services" },
  { fields: /\.storage\.volume$/, cells: OWN_CLUSTERS, reason: "it names a claim of a cluster you have" },
  ...["namespace", "servicePort", "nodePool", "interruptible", "mesh", "ephemeralStorage", "vertical"].map((field) => ({
    fields: new RegExp(`\\.${field}$|^${field}$`),
    cells: HOSTS,
    reason: "terms of a cluster",
  })),
  {
    fields: /\.resources\.requests\.|\.volumes\[\]\.size$|\.storage\.size$|\(file-share\)\.size$|\.local\.size$/,
    cells: HOSTS,
    reason: "they size a machine where capacity.host does not",
  },
  { fields: /\(search\)\.version$/, cells: HOSTS, reason: "an image is named" },
  { fields: /\.storage\.volume$/, cells: HOSTS, reason: "it names a claim of a cluster" },
  { fields: /\.pointInTimeRecovery$/, cells: HOSTS, reason: "what a host may lose is said of its recovery point" },
  { fields: /\(redis\)\.storage\.size$/, cells: OWN_CLUSTERS, reason: "managed Redis is sold by memory" },
  { fields: /^edge\.cdnRegions$/, cells: /^gcp\/distributed/, reason: "Cloud CDN has edges in all of them" },
  { fields: /\(redis\)\.purpose$/, cells: /aws|gcp/, reason: "validation asks what a queue may be kept in" },
  { fields: /^nodePools\./, cells: HOSTS, reason: "nodes of a cluster" },
  { fields: /\.(classes|alternatives)\./, cells: HOSTS, reason: "classes of managed services" },
  { fields: /\.storage\.(maxSize|class|snapshots\.\w+)$/, cells: HOSTS, reason: "its disk is the machine's" },
  {
    fields: /\((postgres|redis)\)\.(namespace|nodePool|mesh|image|resources\.(limits\.|requests\.ephemeralStorage))/,
    cells: OWN_CLUSTERS,
    reason: "a service runs it, not a pod",
  },
  { fields: /\(redis\)\.resources\.requests\.cpu$/, cells: /^gcp/, reason: "Memorystore is sold by memory" },
  { fields: /\.storage\.maxSize$/, cells: ATTACHED, reason: "how far managed services grow" },
  { fields: /\((redis|search|vector)\)\.storage\.maxSize$/, reason: "how far managed databases grow" },
];

/** Fields of which a component says in words of its own that it does not read them. */
export const SAID: readonly (Exception & { readonly verdict: RegExp })[] = [
  {
    fields: /\(bucket\)\.(versioning|lifecycle|replication|locked|retentionDays)/,
    cells: ATTACHED,
    verdict: /^bucket files: replication, versions, lifecycle/,
    reason: "no object storage is named",
  },
  { fields: /\(bucket\)\.cdn$/, verdict: /CDN/, reason: "none is made" },
  { fields: /^edge\.(cdn|cdnRegions|staticPaths|waf)$/, verdict: /CDN/, reason: "none is made without a zone" },
  { fields: /^external\.\*\.hosts$/, verdict: /egress of web by host name/, reason: "policies know addresses alone" },
  {
    fields: /^observability\.|^alerts\.|\.metrics\.|\.pushMetrics$/,
    cells: HOSTS,
    verdict: /^application metrics, dashboards/,
    reason: "a host has no Prometheus",
  },
  { fields: /^nodePools\./, cells: ATTACHED, verdict: /^node pool/, reason: "nodes are somebody else's" },
  { fields: /^backups\./, cells: ATTACHED, verdict: /^backup daily/, reason: "no bucket can be written to" },
  { fields: /\.storage\.snapshots\./, verdict: /snapshots of/, reason: "nothing takes them" },
  { fields: /^notify$/, verdict: /alert routes|notifications/, reason: "no receiver is named" },
  { fields: /^routes\[\]\.timeoutSeconds$/, cells: ATTACHED, verdict: /cutting requests/, reason: "Traefik has none" },
  { fields: /replicationFactor$/, verdict: /copies of vectors/, reason: "applications decide" },
  { fields: /^edge\.authentication\./, verdict: /sign-in at the edge/, reason: "the proxy has none" },
  {
    fields: /^stores.*\(postgres\)\.(backupWindow|backupRetentionDays|pointInTimeRecovery)$/,
    cells: ATTACHED,
    verdict: /continuous backup/,
    reason: "no bucket can be written to",
  },
];

/** Whether a plan need not show a field, because its documentation or a verdict says so. */
export function isExcused(cell: string, field: string, ways: readonly Put[], { degraded }: Plan): boolean {
  const applies = ({ fields, cells }: Exception) => fields.test(field) && (cells?.test(cell) ?? true);
  return (
    ELSEWHERE.some(applies) ||
    SAID.some((said) => applies(said) && degraded.some(({ feature }) => said.verdict.test(feature))) ||
    ways.some(({ leaf }) => isNamed(leaf.at.slice(1).join("."), degraded))
  );
}

/** Whether a verdict has the path of the field, or of what holds it. */
function isNamed(path: string, degraded: Plan["degraded"]): boolean {
  const words = degraded
    .flatMap(({ feature }) => feature.replace(/\[(\d+)\]/g, ".$1").split(/[\s,()]+/))
    .filter((word) => word.includes("."));
  return words.some((word) => path === word || path.startsWith(`${word}.`));
}
