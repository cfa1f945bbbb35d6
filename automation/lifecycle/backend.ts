import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { InputError, show } from "../../components/errors";

/** Where the state of stacks is kept. */
export type Backend =
  | { readonly kind: "local"; readonly directory: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly region?: string; readonly parameters?: Parameters }
  | { readonly kind: "gcs"; readonly bucket: string; readonly parameters?: Parameters }
  | { readonly kind: "azure"; readonly container: string; readonly account?: string; readonly parameters?: Parameters }
  | { readonly kind: "pulumi-cloud"; readonly url?: string; readonly accessToken?: string };

/** Further parameters of the bucket's URL, such as `endpoint`. */
type Parameters = Readonly<Record<string, string>>;

/** What encrypts the secrets of a stack. */
export type SecretsProvider =
  | { readonly kind: "passphrase"; readonly passphrase: string }
  | { readonly kind: "aws-kms"; readonly key: string; readonly region?: string }
  | { readonly kind: "gcp-kms"; readonly key: string };

const CLOUD = "https://api.pulumi.com";

/** Local files, outside any checkout: what cleans one up does not lose the state. */
export function defaultBackend(home: string = homedir()): Backend {
  return { kind: "local", directory: join(home, ".groundplan", "state") };
}

export function backendUrl(backend: Backend): string {
  switch (backend.kind) {
    case "local":
      return pathToFileURL(resolve(backend.directory)).href;
    case "s3":
      return withParameters(`s3://${backend.bucket}`, { region: backend.region, ...backend.parameters });
    case "gcs":
      return withParameters(`gs://${backend.bucket}`, { ...backend.parameters });
    case "azure":
      return withParameters(`azblob://${backend.container}`, {
        storage_account: backend.account,
        ...backend.parameters,
      });
    case "pulumi-cloud":
      return backend.url ?? CLOUD;
    default:
      return backend satisfies never;
  }
}

/** Reads a backend's URL as `pulumi login` takes it. `directory` is where a relative path starts. */
export function parseBackend(url: string, directory = "."): Backend {
  const scheme = /^([a-z0-9]+):\/\//.exec(url)?.[1];
  switch (scheme) {
    case "file":
      return { kind: "local", directory: localDirectory(url, directory) };
    case "s3":
    case "gs":
    case "azblob": {
      const { bucket, parameters } = splitBucket(url);
      if (bucket !== "") {
        return bucketBackend(scheme, bucket, parameters);
      }
      break;
    }
    case "https":
    case "http":
      return { kind: "pulumi-cloud", url };
  }
  throw new InputError([
    {
      path: "--backend",
      found: show(unreadable(url)),
      allowed:
        "file://DIRECTORY, s3://BUCKET?region=REGION, gs://BUCKET, azblob://CONTAINER?storage_account=ACCOUNT, https://HOST",
      fix: "write the address as pulumi login takes it",
    },
  ]);
}

function bucketBackend(scheme: "s3" | "gs" | "azblob", bucket: string, parameters: Parameters): Backend {
  const { region, storage_account: account, ...others } = parameters;
  const rest = Object.keys(others).length > 0 ? { parameters: others } : {};
  switch (scheme) {
    case "s3":
      return { kind: "s3", bucket, ...(region === undefined ? {} : { region }), ...rest };
    case "gs":
      return { kind: "gcs", bucket, ...rest };
    case "azblob":
      return { kind: "azure", container: bucket, ...(account === undefined ? {} : { account }), ...rest };
    default:
      return scheme satisfies never;
  }
}

function splitBucket(url: string): { bucket: string; parameters: Parameters } {
  const [address = "", query = ""] = url.slice(url.indexOf("://") + 3).split("?", 2);
  return { bucket: address.replace(/\/+$/, ""), parameters: Object.fromEntries(new URLSearchParams(query)) };
}

/** `file://~` is the home, `file://./state` a path of the project; both are how the Pulumi CLI writes them. */
function localDirectory(url: string, directory: string): string {
  const path = url.slice("file://".length);
  if (path.startsWith("~")) {
    return join(homedir(), path.slice(1));
  }
  return isAbsolute(path) ? fileURLToPath(url) : resolve(directory, path);
}

function withParameters(url: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const set = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return set.length === 0 ? url : `${url}?${new URLSearchParams(set).toString()}`;
}

/** What a person reads of a backend: never a token. */
export function describeBackend(backend: Backend): string {
  if (backend.kind === "local") {
    return backend.directory;
  }
  const [address = "", query] = backendUrl(backend).split("?", 2);
  const plain = address.replace(/^([a-z0-9]+:\/\/)[^/]*@/i, "$1");
  const told = [...new URLSearchParams(query ?? "")].filter(([name]) => !SECRET_PARAMETER.test(name));
  return withParameters(plain, Object.fromEntries(told));
}

/** Parameters of a backend's address that let their reader in. */
const SECRET_PARAMETER = /key|token|secret|password|passphrase|signature|credential|^sig$|sas/i;

/** What nobody can read as an address, without what may let its reader in: it is no less secret for a slip beside it. */
function unreadable(text: string): string {
  const scheme = /^[a-z0-9+.-]+:\/\//i.exec(text)?.[0] ?? "";
  const rest = text.slice(scheme.length);
  return `${scheme}${rest.slice(rest.lastIndexOf("@") + 1)}`
    .replace(/^(passphrase)\W.*$/i, "$1 and more (not shown)")
    .replace(
      /([\w-]*(?:key|token|secret|password|passphrase|signature|credential|sas|\bsig))=[^&;\s]*/gi,
      "$1=[secret]",
    );
}

/** What of a backend's address nobody may read. */
export function backendSecrets(backend: Backend): readonly string[] {
  if (backend.kind === "local") {
    return [];
  }
  const [address = "", query] = backendUrl(backend).split("?", 2);
  const user = /^[a-z0-9]+:\/\/([^/]*)@/i.exec(address)?.[1];
  const parameters = [...new URLSearchParams(query ?? "")].filter(([name]) => SECRET_PARAMETER.test(name));
  return [
    ...(user === undefined ? [] : [user, user.slice(user.indexOf(":") + 1)]),
    ...parameters.flatMap(([, value]) => [value, encodeURIComponent(value)]),
    ...(backend.kind === "pulumi-cloud" && backend.accessToken ? [backend.accessToken] : []),
  ];
}

/** Address of the secrets provider as `pulumi stack init --secrets-provider` takes it. */
export function secretsProviderUrl(provider: SecretsProvider): string {
  switch (provider.kind) {
    case "passphrase":
      return "passphrase";
    case "aws-kms":
      // An ARN has colons, which no host has: it stands after a third slash.
      return withParameters(`awskms://${provider.key.startsWith("arn:") ? "/" : ""}${provider.key}`, {
        region: provider.region,
      });
    case "gcp-kms":
      return `gcpkms://${provider.key}`;
    default:
      return provider satisfies never;
  }
}

/** Reads a secrets provider's address; a passphrase comes from the environment, never from a command line. */
export function parseSecretsProvider(
  url: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): SecretsProvider | undefined {
  if (url === "passphrase") {
    const passphrase = env.PULUMI_CONFIG_PASSPHRASE;
    return passphrase === undefined ? undefined : { kind: "passphrase", passphrase };
  }
  const aws = /^awskms:\/\/\/?([^?]+)(?:\?(.*))?$/.exec(url);
  if (aws?.[1]) {
    const region = new URLSearchParams(aws[2] ?? "").get("region");
    return { kind: "aws-kms", key: aws[1], ...(region === null ? {} : { region }) };
  }
  const gcp = /^gcpkms:\/\/(projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/?]+)$/.exec(url);
  if (gcp?.[1]) {
    return { kind: "gcp-kms", key: gcp[1] };
  }
  throw new InputError([
    {
      path: "--secrets-provider",
      found: show(unreadable(url)),
      allowed: "passphrase, awskms://alias/NAME?region=REGION, gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K",
      fix: "write the address as pulumi stack init --secrets-provider takes it",
    },
  ]);
}

/** Environment of the Pulumi CLI for a backend and a secrets provider. */
export function backendEnvironment(
  backend: Backend,
  secretsProvider: SecretsProvider | undefined,
): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: backendUrl(backend),
    ...(backend.kind === "pulumi-cloud" && backend.accessToken ? { PULUMI_ACCESS_TOKEN: backend.accessToken } : {}),
    ...(secretsProvider?.kind === "passphrase" ? { PULUMI_CONFIG_PASSPHRASE: secretsProvider.passphrase } : {}),
  };
}

/** Local state needs its directory; anything else is made by who owns it. */
export async function prepareBackend(backend: Backend): Promise<void> {
  if (backend.kind === "local") {
    await mkdir(backend.directory, { recursive: true, mode: 0o700 });
  }
}
