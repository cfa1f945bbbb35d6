import * as pulumi from "@pulumi/pulumi";
import type { BindingValue } from "../../binding";
import { MEMCACHED_PORT } from "./pod";

/** What clients are told of a cache that a service runs: all its nodes, over which they spread keys themselves. */
export function nodeValues(
  nodes: pulumi.Output<readonly string[]>,
  tls: boolean,
): Readonly<Record<"url" | "host" | "port" | "tls", BindingValue>> {
  const addresses = nodes.apply((names) => names.map((name) => `${name}:${MEMCACHED_PORT}`).join(","));
  return {
    url: { kind: "plain", value: pulumi.interpolate`memcached://${addresses}` },
    host: { kind: "plain", value: nodes.apply((names) => names.join(",")) },
    port: { kind: "plain", value: String(MEMCACHED_PORT) },
    tls: { kind: "plain", value: String(tls) },
  };
}
