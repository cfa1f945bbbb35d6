import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretSpec } from "../../../systems/spec";
import type { BindingValue } from "../../binding";
import { Component, type ComponentArgs } from "../../component";
import { identityOf } from "../../context";
import { accessFiles, entryOf, PROPERTY, pushSpec, READER, storeSpec, type VaultPlace, WRITER } from "./vaultPlan";

export interface VaultStoreArgs extends ComponentArgs {
  readonly place: Omit<VaultPlace, "folder"> & {
    /** @default the system and its environment */
    readonly path?: string | undefined;
  };
  /** Secrets kept there, by name. */
  readonly secrets: Readonly<Record<string, Pick<SecretSpec, "description" | "generate" | "rotateDays">>>;
  /** What is put in: what was made up, and what the settings give. All others are somebody else's to put in. */
  readonly values: ReadonlyMap<string, pulumi.Output<string>>;
  /** Secrets whose value here replaces the one in Vault. */
  readonly overwrite: readonly string[];
  readonly reader: {
    readonly kubernetes: pulumi.ProviderResource;
    /** The controller that reads and writes, where this stack installs it. */
    readonly ready: readonly pulumi.Resource[];
    /** Namespaces that read. */
    readonly namespaces: readonly ReadingNamespace[];
    /** The one of them that writes. */
    readonly home: ReadingNamespace;
  };
}

export interface ReadingNamespace {
  readonly name: string;
  /** What the system's description calls it, in the names of what is made for it. */
  readonly describedAs: string;
  /** What must stand before anything is made in it. */
  readonly ready: readonly pulumi.Resource[];
}

/** Name of the store in every namespace. */
const STORE = "vault";
/** Secret that what is put in is taken from. */
const VALUES = "vault-values";

/**
 * The system's own secrets in HashiCorp Vault, read and written by External Secrets. Each namespace signs in as a service
 * account of its own, one of them as another to write.
 * https://external-secrets.io/latest/provider/hashicorp-vault/
 */
export class VaultStore extends Component {
  private readonly args: VaultStoreArgs;
  private readonly place: VaultPlace;
  private readonly stores: readonly pulumi.Resource[];
  /** What puts each value in. */
  private readonly pushed: ReadonlyMap<string, pulumi.Resource>;

  constructor(name: string, args: VaultStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    this.args = args;
    const { path, ...place } = args.place;
    this.place = { ...place, folder: path ?? `${identityOf(this.context)}/${this.context.environment}` };
    this.stores = args.reader.namespaces.map((namespace) =>
      this.makeStore(namespace, READER, {
        store: STORE,
        roles: [`reader-${namespace.describedAs}`, `store-${namespace.describedAs}`],
      }),
    );
    this.pushed = this.push();
    this.report();
    const { reader, values } = args;
    this.finish({
      store: STORE,
      files: accessFiles({
        place: this.place,
        readers: reader.namespaces.map((namespace) => namespace.name),
        ...(values.size > 0 ? { writer: reader.home.name } : {}),
        title: `${this.context.system} (${this.context.environment}, placement ${this.context.placement})`,
      }),
    });
  }

  /** The value of a secret, as a consumer asks for it. Undefined: it is kept elsewhere. */
  value(name: string): BindingValue | undefined {
    if (this.args.secrets[name] === undefined) {
      return undefined;
    }
    const pushed = this.pushed.get(name);
    return {
      kind: "secret",
      source: {
        from: "store",
        key: entryOf(this.place, name),
        property: PROPERTY,
        store: { kind: "SecretStore", name: STORE, ready: [...this.stores, ...(pushed ? [pushed] : [])] },
      },
    };
  }

  /** A store of one namespace, and the service account it signs in as: no pod runs under it, and none gets its token. */
  private makeStore(
    namespace: ReadingNamespace,
    account: typeof READER | typeof WRITER,
    { store, roles: [ofAccount, ofStore] }: { readonly store: string; readonly roles: readonly [string, string] },
  ): pulumi.Resource {
    const { kubernetes, ready } = this.args.reader;
    const identity = this.make(
      k8s.core.v1.ServiceAccount,
      ofAccount,
      { metadata: this.metadata(namespace, account), automountServiceAccountToken: false },
      { provider: kubernetes, dependsOn: [...namespace.ready] },
    );
    return this.make(
      k8s.apiextensions.CustomResource,
      ofStore,
      {
        apiVersion: "external-secrets.io/v1",
        kind: "SecretStore",
        metadata: this.metadata(namespace, store),
        spec: storeSpec(this.place, account),
      },
      { provider: kubernetes, dependsOn: [identity, ...ready] },
    );
  }

  private push(): ReadonlyMap<string, pulumi.Resource> {
    const { values, overwrite, reader } = this.args;
    const { home, kubernetes } = reader;
    if (values.size === 0) {
      return new Map();
    }
    const store = this.makeStore(home, WRITER, { store: WRITER, roles: ["writer", "writer-store"] });
    const source = this.make(
      k8s.core.v1.Secret,
      "values",
      { metadata: this.metadata(home, VALUES), type: "Opaque", stringData: Object.fromEntries(values) },
      { provider: kubernetes, dependsOn: [...home.ready] },
    );
    return new Map(
      [...values.keys()].map((secret) => {
        const replaces = overwrite.includes(secret);
        const pushed = this.make(
          k8s.apiextensions.CustomResource,
          `push-${secret}`,
          {
            apiVersion: "external-secrets.io/v1alpha1",
            kind: "PushSecret",
            metadata: {
              ...this.metadata(home, `vault-${secret}`),
              ...(replaces ? { annotations: { "groundplan.dev/values": versionOf(source) } } : {}),
            },
            spec: pushSpec(this.place, { source: VALUES, secret, overwrite: replaces }),
          },
          { provider: kubernetes, dependsOn: [store, source] },
        );
        return [secret, pushed] as const;
      }),
    );
  }

  private report(): void {
    const { secrets, values, overwrite } = this.args;
    const { mount } = this.place;
    const at = (secret: string) => `${mount}/${entryOf(this.place, secret)}`;
    this.degrade({
      feature: "policies and roles in Vault",
      reason: "the stack has no access to Vault but what External Secrets is given there",
      remedy: "groundplan render writes vault/: whoever runs Vault runs its setup.sh before the first deployment",
    });
    for (const secret of Object.keys(secrets).filter((each) => !values.has(each))) {
      this.degrade({
        feature: `secret ${secret}`,
        reason: `it has no value in the settings: pods that use it wait until ${at(secret)} has a field ${PROPERTY}`,
        remedy: `vault kv put -mount=${mount} ${entryOf(this.place, secret)} ${PROPERTY}=-, or give it in groundplan:secrets`,
      });
    }
    const once = [...values.keys()].filter(
      (secret) => secrets[secret]?.generate === undefined && !overwrite.includes(secret),
    );
    if (once.length > 0) {
      this.degrade({
        feature: `new values of ${once.join(", ")} in the settings`,
        reason: "they are put into Vault once: what stands there is never overwritten",
        remedy: "change them in Vault, or name them in groundplan:secretStore.vault.overwrite",
      });
    }
    const rotated = Object.entries(secrets).flatMap(([secret, { rotateDays }]) =>
      rotateDays === undefined ? [] : [`${secret} every ${rotateDays} days`],
    );
    if (rotated.length > 0) {
      this.degrade({
        feature: `rotation of ${rotated.join(", ")}`,
        reason: "the KV engine keeps what it is given and rotates nothing; nobody here is told when a secret is due",
        remedy: "give it a new value in Vault, by hand or by a job of whoever runs it: pods have it within the hour",
      });
    }
  }

  private metadata(namespace: ReadingNamespace, name: string) {
    return {
      name,
      namespace: namespace.name,
      labels: {
        "app.kubernetes.io/part-of": this.context.system,
        "app.kubernetes.io/managed-by": "groundplan",
        "groundplan.dev/environment": this.context.environment,
      },
    };
  }
}

/** External Secrets watches no Secret it writes from: told of its version, it looks at once and not within the hour. */
function versionOf({ metadata }: k8s.core.v1.Secret): pulumi.Output<string> {
  return metadata.resourceVersion.apply((found) => found ?? (pulumi.unknown as string));
}
