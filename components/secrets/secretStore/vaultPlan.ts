/** Vault as a placement is told of it. */
export interface VaultPlace {
  /** Over https, with its port. */
  readonly address: string;
  /** Where the KV engine, version 2, is mounted. */
  readonly mount: string;
  /** Folder of the system's secrets below the mount. */
  readonly folder: string;
  /** Namespace of Vault Enterprise. @default none */
  readonly namespace?: string | undefined;
  /** Authority of Vault's certificate, in PEM. @default those everybody knows */
  readonly caBundle?: string | undefined;
  readonly auth: {
    /** Where the Kubernetes auth method of this cluster is mounted. */
    readonly mountPath: string;
    readonly role: string;
    readonly writerRole: string;
    readonly audience: string;
  };
  readonly retry?: { readonly maxRetries?: number | undefined; readonly intervalSeconds?: number | undefined };
}

/** Service accounts that sign in to Vault, in the namespaces of the system. */
export const READER = "vault-reader";
export const WRITER = "vault-writer";
/** Key within an entry that holds the value. */
export const PROPERTY = "value";
/** How often External Secrets looks at both sides again. */
export const REFRESH = "1h";

/** Path of a secret below the mount. */
export function entryOf({ folder }: Pick<VaultPlace, "folder">, secret: string): string {
  return `${folder}/${secret}`;
}

/** Specification of a SecretStore that signs in as a service account of its own namespace. */
export function storeSpec(place: VaultPlace, account: typeof READER | typeof WRITER) {
  const { address, mount, namespace, caBundle, auth, retry } = place;
  const { maxRetries, intervalSeconds } = retry ?? {};
  return {
    provider: {
      vault: {
        server: address,
        path: mount,
        version: "v2",
        ...(namespace === undefined ? {} : { namespace }),
        ...(caBundle === undefined ? {} : { caBundle: Buffer.from(caBundle).toString("base64") }),
        auth: {
          kubernetes: {
            mountPath: auth.mountPath,
            role: account === WRITER ? auth.writerRole : auth.role,
            // For Vault alone: the API server itself takes no such token.
            serviceAccountRef: { name: account, audiences: [auth.audience] },
          },
        },
      },
    },
    ...(maxRetries === undefined && intervalSeconds === undefined
      ? {}
      : {
          retrySettings: {
            // What Vault's client does by itself; External Secrets would repeat nothing.
            maxRetries: maxRetries ?? 2,
            ...(intervalSeconds === undefined ? {} : { retryInterval: `${intervalSeconds}s` }),
          },
        }),
  };
}

/** Specification of a PushSecret: one value of a Secret, put into its entry. */
export function pushSpec(
  place: VaultPlace,
  args: { readonly source: string; readonly secret: string; readonly overwrite: boolean },
) {
  return {
    refreshInterval: REFRESH,
    secretStoreRefs: [{ kind: "SecretStore", name: WRITER }],
    // A value that somebody changed or rotated in Vault stands, and goes with nothing that is made or unmade here.
    updatePolicy: args.overwrite ? "Replace" : "IfNotExists",
    deletionPolicy: "None",
    selector: { secret: { name: args.source } },
    data: [
      { match: { secretKey: args.secret, remoteRef: { remoteKey: entryOf(place, args.secret), property: PROPERTY } } },
    ],
  };
}

export interface AccessRequest {
  readonly place: VaultPlace;
  /** Namespaces that read. */
  readonly readers: readonly string[];
  /** Namespace that writes. @default nothing is written */
  readonly writer?: string | undefined;
  /** Whose they are, in words. */
  readonly title: string;
}

/**
 * What Vault must be told, for whoever runs it: a policy and a role for those who read, and another for the one who writes.
 * By path, of texts.
 */
export function accessFiles(request: AccessRequest): Readonly<Record<string, string>> {
  return {
    "vault/reader.hcl": readerPolicy(request),
    ...(request.writer === undefined ? {} : { "vault/writer.hcl": writerPolicy(request) }),
    "vault/setup.sh": setupScript(request),
  };
}

function readerPolicy({ place: { mount, folder }, title }: AccessRequest): string {
  return `# Reads the secrets of ${title}.
path "${mount}/data/${folder}/*" {
  capabilities = ["read"]
}
`;
}

/** External Secrets writes an entry's metadata before its value, and so changes an entry even where it makes one. */
function writerPolicy({ place: { mount, folder }, title }: AccessRequest): string {
  return `# Puts in the secrets of ${title} that are made up or given by its settings. Deletes none.
path "${mount}/data/${folder}/*" {
  capabilities = ["create", "read", "update"]
}

path "${mount}/metadata/${folder}/*" {
  capabilities = ["create", "read", "update"]
}
`;
}

function setupScript({ place, readers, writer, title }: AccessRequest): string {
  const { address, namespace, mount, auth } = place;
  const { mountPath } = auth;
  return `#!/bin/sh
# What Vault needs to know of ${title}. Run it beside the policies, signed in to Vault as
# somebody who may write policies and roles; it can be run again.
set -eu
export VAULT_ADDR=${address}
${namespace === undefined ? "" : `export VAULT_NAMESPACE=${namespace}\n`}
vault secrets list -format=json | grep -q '"${mount}/"' || vault secrets enable -path=${mount} -version=2 kv
vault auth list -format=json | grep -q '"${mountPath}/"' || vault auth enable -path=${mountPath} kubernetes

if ! vault read auth/${mountPath}/config >/dev/null 2>&1; then
  : "\${KUBERNETES_HOST:?the API server of this cluster, as Vault reaches it, such as https://kubernetes.default.svc}"
  # A Vault that runs in this very cluster needs neither of the other two.
  vault write auth/${mountPath}/config kubernetes_host="$KUBERNETES_HOST" \\
    \${KUBERNETES_CA:+kubernetes_ca_cert=@"$KUBERNETES_CA"} \\
    \${REVIEWER_TOKEN:+token_reviewer_jwt=@"$REVIEWER_TOKEN"}
fi
${roleCommands(mountPath, { role: auth.role, file: "reader.hcl", account: READER, audience: auth.audience, namespaces: readers })}${
  writer === undefined
    ? ""
    : roleCommands(mountPath, {
        role: auth.writerRole,
        file: "writer.hcl",
        account: WRITER,
        audience: auth.audience,
        namespaces: [writer],
      })
}`;
}

function roleCommands(
  mountPath: string,
  args: {
    readonly role: string;
    readonly file: string;
    readonly account: string;
    readonly audience: string;
    readonly namespaces: readonly string[];
  },
): string {
  return `
vault policy write ${args.role} "$(dirname "$0")/${args.file}"
vault write auth/${mountPath}/role/${args.role} \\
  bound_service_account_names=${args.account} \\
  bound_service_account_namespaces=${args.namespaces.join(",")} \\
  audience=${args.audience} \\
  token_policies=${args.role} \\
  token_ttl=10m token_max_ttl=1h
`;
}
