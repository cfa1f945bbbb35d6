import type { EdgeSpec } from "../../../systems/spec";
import { bytes } from "../../quantities";

/** An object of Traefik's own kinds, without its namespace. */
export interface TraefikObject {
  readonly role: string;
  readonly kind: "Middleware";
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Headers every answer carries, unless the system says otherwise. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "X-Frame-Options": "SAMEORIGIN",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
};

/** Everything routers of a namespace refer to, in the controller's own terms. */
export function traefikObjects(edge: EdgeSpec): readonly TraefikObject[] {
  const limit = rateLimit(edge);
  return [
    {
      role: "headers",
      kind: "Middleware",
      name: "security-headers",
      spec: { headers: { customResponseHeaders: { ...SECURITY_HEADERS, ...edge.headers } } },
    },
    {
      role: "redirect",
      kind: "Middleware",
      name: "redirect-https",
      spec: { redirectScheme: { scheme: "https", permanent: true } },
    },
    ...(limit
      ? [{ role: "rate-limit", kind: "Middleware" as const, name: "rate-limit", spec: { rateLimit: limit } }]
      : []),
    ...(edge.maxBodySize === undefined
      ? []
      : [
          {
            role: "body-size",
            kind: "Middleware" as const,
            name: "body-size",
            spec: { buffering: { maxRequestBodyBytes: bytes(edge.maxBodySize) } },
          },
        ]),
  ];
}

export const TLS_OPTION_NAME = "tls";

/** TLS of every host of the system. */
export function tlsOption(edge: EdgeSpec): Readonly<Record<string, unknown>> {
  return { minVersion: edge.tlsMinimum === "1.3" ? "VersionTLS13" : "VersionTLS12", sniStrict: true };
}

/** Annotations of the Ingress that serves, and of the one that only sends to HTTPS. */
export function traefikAnnotations(namespace: string, objects: readonly TraefikObject[], tlsNamespace: string) {
  const router = (key: string) => `traefik.ingress.kubernetes.io/router.${key}`;
  const reference = (object: TraefikObject) => `${namespace}-${object.name}@kubernetescrd`;
  const serving = objects.filter((object) => object.role !== "redirect");
  const redirect = objects.filter((object) => object.role === "redirect");
  return {
    serving: {
      [router("entrypoints")]: "websecure",
      [router("tls")]: "true",
      [router("middlewares")]: serving.map(reference).join(","),
      [router("tls.options")]: `${tlsNamespace}-${TLS_OPTION_NAME}@kubernetescrd`,
    },
    redirect: { [router("entrypoints")]: "web", [router("middlewares")]: redirect.map(reference).join(",") },
  };
}

function rateLimit(edge: EdgeSpec) {
  if (edge.requestsPerSecond !== undefined) {
    return { average: edge.requestsPerSecond, period: "1s", burst: edge.requestsPerSecond * 2 };
  }
  // The spec's own unit: requests in five minutes, of which a tenth may come at once.
  return edge.rateLimit === undefined
    ? undefined
    : { average: edge.rateLimit, period: "5m", burst: Math.ceil(edge.rateLimit / 10) };
}
