import { basename } from "node:path";
import type { Authority, SecretSource } from "../binding";
import type { Degraded } from "../component";
import type { BoundUse } from "./environment";
import type { SecretPlan } from "./secretObjects";
import type { VolumePlan } from "./volumes";

/** Where clients find the authorities of what they talk to. */
const AUTHORITIES = "/etc/groundplan/authorities";

/** File of one store's authority. */
export function authorityPath(store: string): string {
  return `${AUTHORITIES}/${store}.crt`;
}

/** Variable by which every program in Node.js takes one more file of authorities, and no second. */
const NODE_VARIABLE = "NODE_EXTRA_CA_CERTS";

export interface AuthoritiesPlan {
  /** What each file holds, by its name. */
  readonly sources: Readonly<Record<string, SecretSource>>;
  /** Variables for programs that read no path from a URL. */
  readonly env: Readonly<Record<string, string>>;
  readonly degraded: readonly Degraded[];
}

/** The authorities a service is told of: those of its targets that sign with one of their own. */
export function planAuthorities(
  service: string,
  uses: readonly BoundUse[],
  env: Readonly<Record<string, unknown>>,
): AuthoritiesPlan {
  const found = new Map(
    uses.flatMap(({ binding }) => (binding.authority ? [[binding.authority.path, binding.authority] as const] : [])),
  );
  const paths = [...found.keys()];
  const [only] = paths;
  const named = only === undefined || env[NODE_VARIABLE] !== undefined;
  return {
    sources: Object.fromEntries([...found.values()].map(({ path, source }: Authority) => [basename(path), source])),
    env: named || paths.length > 1 ? {} : { [NODE_VARIABLE]: only },
    degraded:
      !named && paths.length > 1
        ? [
            {
              feature: `verification of certificates by ${service}, where it runs on Node.js`,
              reason: `${NODE_VARIABLE} names one file, and it talks to several stores with authorities of their own`,
              remedy: `read ${paths.join(" and ")} in the application`,
            },
          ]
        : [],
  };
}

/** The volumes of a service with the directory of those files, from the objects that hold them. */
export function withAuthorities(plan: VolumePlan, refs: SecretPlan["refs"]): VolumePlan {
  const files = Object.entries(refs);
  if (files.length === 0) {
    return plan;
  }
  const sources = files.map(([path, { name, key }]) => ({ secret: { name, items: [{ key, path }] } }));
  return {
    ...plan,
    volumes: [...plan.volumes, { name: "authorities", projected: { sources, defaultMode: 0o444 } }],
    mounts: [...plan.mounts, { name: "authorities", mountPath: AUTHORITIES, readOnly: true }],
  };
}
