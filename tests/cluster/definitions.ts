import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { cacheDirectory, produceOnce } from "./build";
import { type Cluster, poll } from "./client";
import { at, fieldsOf, hasCondition, type KubernetesObject } from "./objects";

const run = promisify(execFile);

const ESTABLISHED_MS = 60_000;

/** A Go module that carries the definitions of some API groups, pinned with its sum. */
interface DefinitionSource {
  readonly module: string;
  readonly version: string;
  readonly sum: string;
  readonly directory: string;
  readonly groups: readonly string[];
}

const SOURCES: readonly DefinitionSource[] = [
  {
    module: "github.com/kedacore/keda/v2",
    version: "v2.20.2",
    sum: "h1:SR60v8uIcelbveS8n/1jcl8tLdBBIbHMxmdOHw8tKqA=",
    directory: "config/crd/bases",
    groups: ["keda.sh", "eventing.keda.sh"],
  },
  {
    module: "github.com/external-secrets/external-secrets",
    version: "v1.3.2",
    sum: "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=",
    directory: "config/crds/bases",
    groups: ["external-secrets.io", "generators.external-secrets.io"],
  },
  {
    module: "github.com/cert-manager/cert-manager",
    version: "v1.21.1",
    sum: "h1:0LttV37Q5c2CBNoHkjuI8sLKTXWZDC2SwQkxrBMKV9w=",
    directory: "deploy/crds",
    groups: ["cert-manager.io", "acme.cert-manager.io"],
  },
  {
    module: "github.com/prometheus-operator/prometheus-operator",
    version: "v0.93.0",
    sum: "h1:AohlYJT+En8TmNpAcEUJ3GsaJTAqfEBwHmGTVpRm/Io=",
    directory: "example/prometheus-operator-crd",
    groups: ["monitoring.coreos.com"],
  },
  {
    module: "k8s.io/autoscaler/vertical-pod-autoscaler",
    version: "v1.8.1",
    sum: "h1:Pe8bV1wozN4gOKO1rleiIY5alIyAXN+DnXDbXQcL4fI=",
    directory: "deploy",
    groups: ["autoscaling.k8s.io"],
  },
  {
    module: "sigs.k8s.io/gateway-api",
    version: "v1.6.3",
    sum: "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=",
    directory: "config/crd/standard",
    groups: ["gateway.networking.k8s.io"],
  },
  {
    module: "github.com/kubernetes-csi/external-snapshotter/client/v8",
    version: "v8.7.0",
    sum: "h1:HVaSUeRRHPu49aSiL8eXOjS9Re9G6pM0NzdTGI7mM14=",
    directory: "config/crd",
    groups: ["snapshot.storage.k8s.io", "groupsnapshot.storage.k8s.io"],
  },
  {
    module: "github.com/cloudnative-pg/cloudnative-pg",
    version: "v1.28.0",
    sum: "h1:vkv0a0ewDSfJOPJrsyUr4uczsxheReAWf/k171V0Dm0=",
    directory: "config/crd/bases",
    groups: ["postgresql.cnpg.io"],
  },
  {
    module: "github.com/cloudnative-pg/plugin-barman-cloud",
    version: "v0.13.0",
    sum: "h1:dcEVsozSmdx5p2LbG1hbkWBvr6LXs1xpCsQiJWpo/ew=",
    directory: "config/crd/bases",
    groups: ["barmancloud.cnpg.io"],
  },
  {
    module: "github.com/aws/karpenter-provider-aws",
    version: "v1.14.1",
    sum: "h1:WGtIQTQcxpElYMdWfWuPwaF2+9muR+hYhPZsTtoY8Gs=",
    directory: "pkg/apis/crds",
    groups: ["karpenter.sh", "karpenter.k8s.aws", "autoscaling.x-k8s.io"],
  },
  {
    module: "github.com/traefik/traefik/v3",
    version: "v3.7.13",
    sum: "h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw=",
    directory: "docs/content/reference/dynamic-configuration",
    groups: ["traefik.io"],
  },
  {
    module: "github.com/elastic/cloud-on-k8s/v3",
    version: "v3.5.0",
    sum: "h1:sR4oj+gNnwI9hgsKhBwjUlx+5F2T/kND40hrzaogtek=",
    directory: "config/crds/v1/resources",
    groups: [
      "agent.k8s.elastic.co",
      "apm.k8s.elastic.co",
      "beat.k8s.elastic.co",
      "elasticsearch.k8s.elastic.co",
      "kibana.k8s.elastic.co",
      "logstash.k8s.elastic.co",
    ],
  },
];

/** Definitions written down here: those of projects whose module no registry has. */
const OWN = join(__dirname, "crds");

/**
 * Installs the definitions of the custom kinds among these objects and waits for the kinds to be served. Returns the
 * kinds nothing is known of, as `apiVersion/kind`.
 */
export async function installDefinitions(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
): Promise<readonly string[]> {
  const unknown = new Set<string>();
  for (const { apiVersion, kind } of objects) {
    if (unknown.has(`${apiVersion}/${kind}`) || (await cluster.serves(apiVersion, kind))) {
      continue;
    }
    const definition = await definitionOf(apiVersion.split("/")[0] ?? "", kind);
    if (definition === undefined) {
      unknown.add(`${apiVersion}/${kind}`);
      continue;
    }
    await establish(cluster, definition);
    if (servedVersions(definition).includes(apiVersion.split("/")[1] ?? "")) {
      await poll(`${apiVersion} ${kind}`, ESTABLISHED_MS, () => cluster.serves(apiVersion, kind, true));
    } else {
      unknown.add(`${apiVersion}/${kind}`);
    }
  }
  return [...unknown];
}

/** Installs these definitions, whichever version of them was there, and waits until all are served. */
export async function replaceDefinitions(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  for (const definition of objects.filter(isDefinition).map(withoutConversion)) {
    await establish(cluster, definition);
    const group = String(at(definition, "spec", "group"));
    const kind = String(at(definition, "spec", "names", "kind"));
    for (const version of servedVersions(definition)) {
      await poll(`${group} ${kind}`, ESTABLISHED_MS, () => cluster.serves(`${group}/${String(version)}`, kind, true));
    }
  }
}

async function establish(cluster: Cluster, definition: KubernetesObject): Promise<void> {
  await cluster.apply(definition);
  const { met } = await cluster.until(
    definition,
    (object) => object !== undefined && hasCondition(object, "Established"),
    ESTABLISHED_MS,
  );
  if (!met) {
    throw new Error(`definition ${definition.metadata.name} was not established within ${ESTABLISHED_MS} ms`);
  }
}

async function definitionOf(group: string, kind: string): Promise<KubernetesObject | undefined> {
  const own = (await readDirectory(OWN)).find((definition) => names(definition, group, kind));
  const source = SOURCES.find(({ groups }) => groups.includes(group));
  if (own !== undefined || source === undefined) {
    return own;
  }
  const directory = await definitionsOf(source);
  const file = (await readdir(directory)).find((name) => name === `${group}-${kind}.json`);
  return file === undefined
    ? undefined
    : (JSON.parse(await readFile(join(directory, file), "utf8")) as KubernetesObject);
}

/** Whether earlier runs fetched the definitions of every project, so that this one needs no network. */
export function areDefinitionsCached(): boolean {
  return SOURCES.every((source) => existsSync(directoryOf(source)));
}

function directoryOf({ module, version }: DefinitionSource): string {
  return join(cacheDirectory(), "definitions", `${module.replaceAll("/", "_")}@${version}`);
}

/** A module's definitions as JSON, one file per kind: parsing their YAML on every run would take longer than all else. */
async function definitionsOf(source: DefinitionSource): Promise<string> {
  const { module, version, sum } = source;
  const directory = directoryOf(source);
  await produceOnce(directory, async (into) => {
    const { stdout } = await run("go", ["mod", "download", "-json", `${module}@${version}`], { cwd: tmpdir() });
    const found = fieldsOf(JSON.parse(stdout));
    if (found.Sum !== sum) {
      throw new Error(`${module} ${version}: the sum is ${String(found.Sum)}, not ${sum}`);
    }
    for (const definition of await readDirectory(join(String(found.Dir), source.directory))) {
      const file = `${String(at(definition, "spec", "group"))}-${String(at(definition, "spec", "names", "kind"))}.json`;
      await writeFile(join(into, file), JSON.stringify(definition));
    }
  });
  return directory;
}

async function readDirectory(directory: string): Promise<readonly KubernetesObject[]> {
  const definitions: KubernetesObject[] = [];
  for (const file of (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort()) {
    const text = await readFile(join(directory, file), "utf8");
    if (/^kind: CustomResourceDefinition$/m.test(text)) {
      const documents = parseAllDocuments(text).map((document) => document.toJS() as unknown);
      definitions.push(...documents.filter(isDefinition).map(withoutConversion));
    }
  }
  return definitions;
}

function isDefinition(document: unknown): document is KubernetesObject {
  return fieldsOf(document).kind === "CustomResourceDefinition";
}

/** Conversion between versions needs the operator's webhook, which nobody runs here. Status is the server's to say. */
function withoutConversion({ status: _, ...definition }: KubernetesObject): KubernetesObject {
  const { conversion: __, ...spec } = fieldsOf(definition.spec);
  const { name, annotations, labels } = definition.metadata;
  return { ...definition, metadata: { name, annotations, labels }, spec } as KubernetesObject;
}

function names(definition: KubernetesObject, group: string, kind: string): boolean {
  return at(definition, "spec", "group") === group && at(definition, "spec", "names", "kind") === kind;
}

function servedVersions(definition: KubernetesObject): readonly unknown[] {
  const versions = at(definition, "spec", "versions");
  return Array.isArray(versions)
    ? versions
        .map(fieldsOf)
        .filter(({ served }) => served)
        .map(({ name }) => name)
    : [];
}
