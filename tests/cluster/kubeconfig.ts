import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";

/** What is needed to speak to an API server. */
export interface Access {
  readonly server: string;
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the current context of a kubeconfig. Credentials that another program would have to make are refused. */
export function readKubeconfig(path: string): Access {
  const config = asFields(parse(readFileSync(path, "utf8")));
  const context = asFields(named(config.contexts, config["current-context"]).context);
  const cluster = asFields(named(config.clusters, context.cluster).cluster);
  const user = asFields(named(config.users, context.user).user);
  if (typeof cluster.server !== "string") {
    throw new Error(`${path}: the current context names no server`);
  }
  if (user.exec !== undefined || user["auth-provider"] !== undefined) {
    throw new Error(`${path}: its user needs a credential plugin; give one with a certificate or a token`);
  }
  const text = (fields: Fields, name: string): string | undefined => {
    const data = fields[`${name}-data`];
    const file = fields[name];
    return typeof data === "string"
      ? Buffer.from(data, "base64").toString()
      : typeof file === "string"
        ? readFileSync(resolve(dirname(path), file), "utf8")
        : undefined;
  };
  return {
    server: cluster.server,
    ca: text(cluster, "certificate-authority"),
    certificate: text(user, "client-certificate"),
    key: text(user, "client-key"),
    token: typeof user.token === "string" ? user.token : undefined,
  };
}

/** A kubeconfig as JSON, which is YAML too. */
export function writeKubeconfig(access: Access): string {
  const encode = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text).toString("base64"));
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: access.server, "certificate-authority-data": encode(access.ca) } }],
    users: [{ name: "test", user: { token: access.token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}

function named(list: unknown, name: unknown): Fields {
  const found = Array.isArray(list) ? list.map(asFields).find((item) => item.name === name) : undefined;
  if (found === undefined) {
    throw new Error(`kubeconfig: nothing is called ${String(name)}`);
  }
  return found;
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
