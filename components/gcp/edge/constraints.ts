import type { EdgeSpec } from "../../../systems/spec";
import type { LoadBalancerRoute } from "../../edge/loadBalancer/contract";
import { planTargets } from "../../edge/loadBalancer/routes";
import type { Problem } from "../../errors";
import { type Constraint, problemsOf, when } from "../constraints/constraint";

/** What a load balancer is to do. */
export interface EdgeSubject {
  readonly routes: readonly LoadBalancerRoute[];
  readonly headers: EdgeSpec["headers"];
  /** Zones whose pods stand behind each service: of all placements. */
  readonly zones: number;
}

const DOCS = "https://docs.cloud.google.com/load-balancing/docs";
const MOST_HOSTS = 1_000;
const MOST_PATHS = 1_000;
/** Of a project that asked for no more. */
const MOST_BACKENDS = 50;
const MOST_GROUPS = 50;
const MOST_HEADERS = 16;
const MOST_HEADER_BYTES = 8_192;
const LONGEST_TIMEOUT_SECONDS = 86_400;
const LONGEST_HOST = 253;
/** Headers that are Google's own, or that belong to one connection alone. */
const RESERVED_HEADERS =
  /^(x-goog-|x-gfe|x-google|x-amz-|host$|authority$|connection$|keep-alive$|te$|trailer$|transfer-encoding$|upgrade$|cdn-loop$|via$)/i;

/** What the load balancer would refuse at apply. */
export function loadBalancerProblems(subject: EdgeSubject): readonly Problem[] {
  return problemsOf(EDGE_CONSTRAINTS, subject, "");
}

function tooMany(found: number, most: number, what: string) {
  const fix = "remove some, or ask Google for a higher quota";
  return when(found > most, "routes", found, `at most ${most} ${what}`, fix);
}

export const EDGE_CONSTRAINTS: readonly Constraint<EdgeSubject>[] = [
  {
    id: "balancer-hosts",
    what: "hosts of a URL map",
    limit: String(MOST_HOSTS),
    link: `${DOCS}/quotas#url_maps`,
    check: ({ routes }) =>
      tooMany(new Set(routes.map(({ host }) => host)).size, MOST_HOSTS, "hosts behind one load balancer"),
  },
  {
    id: "balancer-paths",
    what: "paths of a URL map",
    limit: String(MOST_PATHS),
    link: `${DOCS}/quotas#url_maps`,
    check: ({ routes }) => tooMany(routes.length, MOST_PATHS, "routes behind one load balancer"),
  },
  {
    id: "balancer-services",
    what: "backend services of a project",
    limit: String(MOST_BACKENDS),
    link: `${DOCS}/quotas#backend_services`,
    check: ({ routes }) => tooMany(planTargets(routes).length, MOST_BACKENDS, "services behind one load balancer"),
  },
  {
    id: "balancer-groups",
    what: "network endpoint groups behind one service",
    limit: String(MOST_GROUPS),
    link: `${DOCS}/quotas#backend_services`,
    check: ({ routes, zones }) => (routes.length === 0 ? [] : tooMany(zones, MOST_GROUPS, "zones behind one service")),
  },
  {
    id: "balancer-timeout",
    what: "seconds until an answer must be there",
    limit: String(LONGEST_TIMEOUT_SECONDS),
    link: `${DOCS}/backend-service#timeout-setting`,
    check: ({ routes }) =>
      routes.flatMap(({ timeoutSeconds }, index) =>
        when(
          timeoutSeconds > LONGEST_TIMEOUT_SECONDS,
          `routes[${index}].timeoutSeconds`,
          timeoutSeconds,
          `at most ${LONGEST_TIMEOUT_SECONDS}`,
          "let clients connect again",
        ),
      ),
  },
  {
    id: "balancer-path",
    what: "patterns in a path",
    limit: "none: the prefix alone, without * ? or #",
    link: `${DOCS}/url-map-concepts#pm-constraints`,
    check: ({ routes }) =>
      routes.flatMap(({ path }, index) =>
        when(
          /[*?#]/.test(path),
          `routes[${index}].path`,
          path,
          "a path without * ? or #; whatever lies below it goes the same way",
          "write the path's prefix",
        ),
      ),
  },
  {
    id: "balancer-host",
    what: "the length of a host's name",
    limit: `${LONGEST_HOST} characters`,
    link: "https://docs.cloud.google.com/dns/docs/records-overview",
    check: ({ routes }) =>
      routes.flatMap(({ host }, index) =>
        when(
          host.length > LONGEST_HOST,
          `routes[${index}].host`,
          host,
          `at most ${LONGEST_HOST} characters with the domain`,
          "shorten the label",
        ),
      ),
  },
  {
    id: "balancer-headers",
    what: "response headers of a service",
    limit: String(MOST_HEADERS),
    link: `${DOCS}/https/custom-headers#limitations`,
    check: ({ headers }) =>
      when(
        Object.keys(headers).length > MOST_HEADERS,
        "edge.headers",
        `${Object.keys(headers).length} headers`,
        `at most ${MOST_HEADERS}`,
        "set the others in the application",
      ),
  },
  {
    id: "balancer-header-size",
    what: "size of all response headers of a service",
    limit: `${MOST_HEADER_BYTES} bytes`,
    link: `${DOCS}/https/custom-headers#limitations`,
    check: ({ headers }) => {
      const size = Object.entries(headers).reduce(
        (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
        0,
      );
      return when(
        size > MOST_HEADER_BYTES,
        "edge.headers",
        `${size} bytes`,
        `at most ${MOST_HEADER_BYTES} bytes of names and values`,
        "shorten them, or set them in the application",
      );
    },
  },
  {
    id: "balancer-header-name",
    what: "names of response headers",
    limit: "neither Google's own nor those of one connection",
    link: `${DOCS}/https/custom-headers#limitations`,
    check: ({ headers }) =>
      Object.keys(headers).flatMap((name) =>
        when(
          RESERVED_HEADERS.test(name),
          `edge.headers.${name}`,
          name,
          "a header that is neither Google's nor one of the connection's",
          "remove it",
        ),
      ),
  },
];
