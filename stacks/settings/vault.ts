import { z } from "zod";
import { duration, name, text } from "../../systems/spec/primitives";

const SEGMENTS = /^[\w-]+(\/[\w-]+)*$/;

const address = text(/^https:\/\/[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?$/, {
  allowed: "Vault's address over https, such as https://vault.example.com:8200",
  fix: "write https://, host and port, and nothing behind them",
  example: "https://vault.example.com:8200",
});

const mount = text(SEGMENTS, {
  allowed: "where an engine or an auth method is mounted, such as secret or team/kv, without a slash at either end",
  fix: "write it as vault secrets list or vault auth list shows it, without the last slash",
  example: "secret",
});

const path = text(SEGMENTS, {
  allowed: "names with slashes between them, such as shop/production, without a slash at either end",
  fix: "write the folder alone, without the mount and without data/",
  example: "shop/production",
});

const role = text(/^[\w-]{1,64}$/, {
  allowed: "letters, digits, underscores and hyphens, at most 64",
  fix: "name the role as vault list auth/MOUNT/role shows it",
  example: "shop-production",
});

const audience = text(/^[\w.:/-]{1,200}$/, {
  allowed: "an audience of a token, such as vault or https://vault.example.com",
  fix: "write what Vault's role has as its audience",
  example: "vault",
});

const certificates = text(/^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/, {
  allowed: "certificates in PEM, -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, and nothing else",
  fix: "paste the certificate of the authority that signed Vault's, as a block (|) of the stack file",
  example: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
});

const namespace = path.describe("Namespace of Vault Enterprise; none when absent");
const caBundle = certificates.describe("Authority of Vault's certificate, in PEM; those everybody knows when absent");
const authFields = {
  mountPath: mount.describe("Where the Kubernetes auth method is mounted: one mount asks one cluster"),
  role: role.describe("Role of Vault that reads"),
  writerRole: role.describe(
    "Role of Vault that puts in what is made up here or given in the settings; the reader's with -writer when absent",
  ),
  audience: audience.describe("Audience the tokens are for; the role in Vault asks for the same"),
};

/** What a placement has other than the stack: a cluster needs an auth mount of its own. */
const placement = z.strictObject({
  use: z
    .enum(["vault", "cloud"])
    .default("vault")
    .describe("cloud: the placement's own store instead (Secrets Manager, Secret Manager, Kubernetes Secrets)"),
  address: address.optional().describe("Address"),
  namespace: namespace.optional(),
  caBundle: caBundle.optional(),
  auth: z
    .strictObject({
      mountPath: authFields.mountPath.optional(),
      role: authFields.role.optional(),
      writerRole: authFields.writerRole.optional(),
      audience: authFields.audience.optional(),
    })
    .default({})
    .describe("How its cluster signs in"),
});

const vault = z.strictObject({
  address: address.describe("Address of Vault, over https"),
  mount: mount.default("secret").describe("Where the KV engine, version 2, is mounted"),
  path: path.optional().describe("Folder below the mount; system/environment when absent"),
  namespace: namespace.optional(),
  caBundle: caBundle.optional(),
  auth: z
    .strictObject({
      mountPath: authFields.mountPath.default("kubernetes"),
      role: authFields.role,
      writerRole: authFields.writerRole.optional(),
      audience: authFields.audience.default("vault"),
    })
    .describe("How the clusters sign in: Vault's Kubernetes auth method, one service account in each namespace"),
  retry: z
    .strictObject({
      maxRetries: z.int().min(0).max(10).optional().describe("Times a request that failed is repeated; 2 when absent"),
      interval: duration.optional().describe("Time between them; what Vault's client waits when absent"),
    })
    .optional()
    .describe("What External Secrets does when Vault does not answer"),
  overwrite: z
    .array(name)
    .default([])
    .describe(
      "Secrets whose value here replaces Vault's wherever they differ; all others are put in once, and Vault's value stands",
    ),
  placements: z.record(name, placement).default({}).describe("What single placements have instead"),
});

export const secretStore = z
  .strictObject({
    vault: vault
      .optional()
      .describe("HashiCorp Vault holds the system's own secrets and those of external services, in clusters"),
  })
  .describe("Where the system's own secrets are kept; the cloud's own store when absent");

type Written = z.output<typeof vault>;

/** Vault as one placement uses it, every default filled in but the path's, which is the system's. */
export interface VaultSettings
  extends Pick<Written, "address" | "mount" | "path" | "namespace" | "caBundle" | "retry" | "overwrite"> {
  readonly auth: Required<{ readonly [key in keyof Written["auth"]]: string }>;
}

/** Vault for a placement. Undefined: it has the store of its cloud. */
export function vaultFor(
  { vault: written }: z.output<typeof secretStore>,
  placementName: string,
): VaultSettings | undefined {
  const { use = "vault", auth: own = {}, ...changes } = written?.placements[placementName] ?? {};
  if (written === undefined || use === "cloud") {
    return undefined;
  }
  const { placements: _, auth: common, ...stack } = written;
  const auth = { ...common, ...given(own) };
  return {
    ...stack,
    ...given(changes),
    auth: { ...auth, writerRole: auth.writerRole ?? `${auth.role}-writer` },
  };
}

/** A change that says nothing changes nothing. */
function given<T extends object>(changes: T): Partial<T> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<T>;
}
