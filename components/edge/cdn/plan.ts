import type { EdgeSpec } from "../../../systems/spec";

/** Header by which a load balancer knows requests that came through the CDN. */
export const ORIGIN_HEADER = "x-origin-verify";

/** Longest CloudFront waits without a higher quota. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html */
export const LONGEST_READ_SECONDS = 60;

/** CloudFront's own policies have the same ids in every account. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
export const CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
/** AllViewer, the host among it: load balancers route by it. */
export const WHOLE_REQUEST = "216adef6-5c7f-47e4-b989-5492eafa07d3";

/** CachingOptimized: as long as an object's own headers say, a day where they say nothing. Same source. */
export const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/** A bucket whose objects the CDN delivers. */
export interface DeliveredBucket {
  readonly store: string;
  /** Path of every host below which it does. */
  readonly path: string;
}

/**
 * A CloudFront Function that takes a bucket's path off an address: its objects do not know where they are delivered.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */
export function originPathCode(buckets: readonly DeliveredBucket[]): string {
  const paths = buckets
    .map(({ path }) => path.replace(/\/+$/, ""))
    // The longest first: one may lie below another.
    .sort((left, right) => right.length - left.length || (left < right ? -1 : 1));
  return [
    `const paths = ${JSON.stringify(paths)};`,
    "function handler(event) {",
    "  const request = event.request;",
    "  const path = paths.find((each) => request.uri.startsWith(each + '/'));",
    "  if (path !== undefined) {",
    "    request.uri = request.uri.slice(path.length);",
    "  }",
    "  return request;",
    "}",
    "",
  ].join("\n");
}

const YEAR_SECONDS = 31_536_000;

/** Headers CloudFront has settings of its own for; it refuses them among the others. */
const SECURITY = [
  "strict-transport-security",
  "x-content-type-options",
  "x-frame-options",
  "content-security-policy",
  "referrer-policy",
  "x-xss-protection",
];

/** Headers CloudFront has no setting of its own for. */
export function customHeaders(headers: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(headers).filter(([name]) => !SECURITY.includes(name.toLowerCase()));
}

/** The spec's headers, and the safe ones it leaves out. */
export function responseHeaders(headers: Readonly<Record<string, string>>) {
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const xss = given.get("x-xss-protection");
  const csp = given.get("content-security-policy");
  const others = customHeaders(headers);
  return {
    securityHeadersConfig: {
      strictTransportSecurity: {
        accessControlMaxAgeSec: YEAR_SECONDS,
        includeSubdomains: true,
        preload: false,
        override: true,
      },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: given.get("x-frame-options")?.toUpperCase() ?? "SAMEORIGIN", override: false },
      referrerPolicy: {
        referrerPolicy: given.get("referrer-policy") ?? "strict-origin-when-cross-origin",
        override: false,
      },
      ...(xss === undefined
        ? {}
        : {
            xssProtection: { protection: !xss.startsWith("0"), modeBlock: xss.includes("mode=block"), override: true },
          }),
      ...(csp === undefined ? {} : { contentSecurityPolicy: { contentSecurityPolicy: csp, override: true } }),
    },
    ...(others.length > 0
      ? { customHeadersConfig: { items: others.map(([header, value]) => ({ header, value, override: true })) } }
      : {}),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html */
export function viewerPolicyFor(minimum: EdgeSpec["tlsMinimum"]): string {
  switch (minimum) {
    case "1.2":
      return "TLSv1.2_2021";
    case "1.3":
      return "TLSv1.3_2025";
    default:
      return minimum satisfies never;
  }
}

type CdnRegion = NonNullable<EdgeSpec["cdnRegions"]>[number];

/** Continents each price class reaches. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html */
const NEAREST: readonly CdnRegion[] = ["north-america", "europe"];
const FARTHER: readonly CdnRegion[] = [...NEAREST, "africa", "middle-east"];

/** The least that has edges wherever the spec wants them. Australia, part of Asia and the Pacific, is in the widest alone. */
export function priceClassFor(regions: EdgeSpec["cdnRegions"]): string {
  const within = (known: readonly CdnRegion[]) => regions?.every((region) => known.includes(region)) ?? false;
  if (within(NEAREST)) {
    return "PriceClass_100";
  }
  return within(FARTHER) ? "PriceClass_200" : "PriceClass_All";
}
