import type { EdgeSpec } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import { type Problem, show } from "../../errors";
import { customHeaders, type DeliveredBucket, originPathCode } from "./plan";

/** A distribution as CloudFront will be asked for it. */
export interface CdnSubject {
  /** Region of its certificate and its firewall. */
  readonly region: string;
  readonly hosts: readonly string[];
  readonly edge: Pick<EdgeSpec, "headers" | "staticPaths">;
  /** Buckets whose objects it delivers. */
  readonly buckets: readonly DeliveredBucket[];
}

const GUIDE = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide";
const QUOTAS = `${GUIDE}/cloudfront-limits.html`;

/** Region of what CloudFront uses of other services. */
export const CDN_REGION = "us-east-1";
const MOST_HOSTS = 100;
const MOST_BEHAVIORS = 75;
const MOST_ORIGINS = 100;
const MOST_HEADERS = 10;
/** Bytes. */
const LARGEST_FUNCTION = 10_240;
const LONGEST_PATTERN = 255;
const REFERRER_POLICIES = [
  "no-referrer",
  "no-referrer-when-downgrade",
  "origin",
  "origin-when-cross-origin",
  "same-origin",
  "strict-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
];

/** What CloudFront refuses, each with its documentation. */
export const CDN_CONSTRAINTS: readonly Constraint<CdnSubject>[] = [
  {
    id: "cloudfront-certificate-region",
    limit: `the certificate and the firewall are in ${CDN_REGION}`,
    source: `${GUIDE}/cnames-and-https-requirements.html`,
    find: ({ region }) =>
      region === CDN_REGION ? [] : refuse("region", region, CDN_REGION, "give the CDN a provider of that region"),
  },
  {
    id: "cloudfront-hosts",
    limit: `at most ${MOST_HOSTS} names of a distribution`,
    source: QUOTAS,
    find: ({ hosts }) =>
      hosts.length > MOST_HOSTS
        ? refuse("routes", `${hosts.length} hosts`, `at most ${MOST_HOSTS} behind one CDN`, "use fewer hosts")
        : [],
  },
  {
    id: "cloudfront-behaviors",
    limit: `at most ${MOST_BEHAVIORS} cache behaviours of a distribution`,
    source: QUOTAS,
    find: ({ edge, buckets }) => {
      const paths = (edge.staticPaths?.length ?? 0) + buckets.length;
      return paths > MOST_BEHAVIORS
        ? refuse(
            "edge.staticPaths",
            `${paths} paths, those of buckets among them`,
            `at most ${MOST_BEHAVIORS}`,
            "name directories higher up",
          )
        : [];
    },
  },
  {
    id: "cloudfront-origins",
    limit: `at most ${MOST_ORIGINS} origins of a distribution: the load balancers, and each bucket`,
    source: QUOTAS,
    find: ({ buckets }) =>
      buckets.length + 1 > MOST_ORIGINS
        ? refuse("stores", `${buckets.length} buckets with cdn`, `at most ${MOST_ORIGINS - 1}`, "deliver fewer")
        : [],
  },
  {
    id: "cloudfront-function-size",
    limit: `functions of at most ${LARGEST_FUNCTION} bytes`,
    source: QUOTAS,
    find: ({ buckets }) => {
      const size = Buffer.byteLength(originPathCode(buckets));
      return size > LARGEST_FUNCTION
        ? refuse("stores", `paths of ${size} bytes`, `at most ${LARGEST_FUNCTION}`, "shorten the buckets' cdnPath")
        : [];
    },
  },
  {
    id: "cloudfront-bucket-path",
    limit: "a path pattern that is delivered from a bucket is no other's",
    source: `${GUIDE}/DownloadDistValuesCacheBehavior.html`,
    find: ({ edge, buckets }) =>
      buckets.flatMap(({ store, path }) =>
        edge.staticPaths?.includes(path)
          ? refuse(`stores.${store}.cdnPath`, path, "a path that is not in edge.staticPaths", "name another path")
          : path.length + 2 > LONGEST_PATTERN || !/^[\w\-.*$/~"'@:+&]*$/.test(path)
            ? refuse(
                `stores.${store}.cdnPath`,
                path,
                `at most ${LONGEST_PATTERN - 2} letters, digits and _-.*$/~"'@:+&`,
                "shorten the path",
              )
            : [],
      ),
  },
  {
    id: "cloudfront-path-pattern",
    limit: `path patterns of at most ${LONGEST_PATTERN} characters`,
    source: `${GUIDE}/DownloadDistValuesCacheBehavior.html`,
    find: ({ edge }) =>
      (edge.staticPaths ?? []).flatMap((path, index) =>
        path.length + 2 > LONGEST_PATTERN || !/^[\w\-.*$/~"'@:+&]*$/.test(path)
          ? refuse(
              `edge.staticPaths[${index}]`,
              path,
              `at most ${LONGEST_PATTERN - 2} letters, digits and _-.*$/~"'@:+&`,
              "shorten the path",
            )
          : [],
      ),
  },
  {
    id: "cloudfront-custom-headers",
    limit: `at most ${MOST_HEADERS} headers besides the security headers`,
    source: QUOTAS,
    find: ({ edge }) => {
      const headers = customHeaders(edge.headers).length;
      return headers > MOST_HEADERS
        ? refuse(
            "edge.headers",
            `${headers} headers`,
            `at most ${MOST_HEADERS} of one's own`,
            "set some in the services",
          )
        : [];
    },
  },
  {
    id: "cloudfront-referrer-policy",
    limit: "referrer-policy is one of the standard's values",
    source: "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyReferrerPolicy.html",
    find: ({ edge }) => {
      const [, value] = Object.entries(edge.headers).find(([name]) => name.toLowerCase() === "referrer-policy") ?? [];
      return value === undefined || REFERRER_POLICIES.includes(value)
        ? []
        : refuse("edge.headers.referrer-policy", value, REFERRER_POLICIES.join(", "), "use one of them");
    },
  },
];

/** What CloudFront would refuse at apply. */
export function cdnProblems(subject: CdnSubject): readonly Problem[] {
  return breaches(CDN_CONSTRAINTS, subject);
}

function refuse(path: string, found: string, allowed: string, fix: string): readonly Problem[] {
  return [{ path, found: show(found), allowed, fix }];
}
