import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { expect } from "chai";
import { parse } from "yaml";
import { planCompose } from "../../../components/host/compose";
import { PROXY } from "../../../components/host/compose/networks";
import { configOf, describeHost, factsOf, MODELS, SYSTEMS } from "./support";

interface ComposeService {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly { readonly path: string; readonly format: string }[];
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly deploy: {
    readonly replicas?: number;
    readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string; readonly pids?: number } };
  };
  readonly logging: { readonly driver: string };
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly restart: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly unknown[];
  readonly volumes?: readonly { readonly source: string; readonly target: string }[];
  readonly tmpfs?: readonly string[];
}
interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

function compose(system: string, model: (typeof MODELS)[number], overrides?: unknown): ComposeFile {
  const input = SYSTEMS[system];
  if (!input) {
    throw new Error(`no system ${system}`);
  }
  const description = describeHost(input, model, { overrides });
  return parse(planCompose(description, factsOf(description.system)).text) as ComposeFile;
}

function serviceOf(file: ComposeFile, name: string): ComposeService {
  const service = file.services[name];
  if (!service) {
    throw new Error(`no container ${name}`);
  }
  return service;
}

describe("host compose file", () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(
    JSON.parse(readFileSync(join(__dirname, "fixtures/compose-spec.json"), "utf8")) as object,
  );

  for (const [name] of Object.entries(SYSTEMS)) {
    for (const model of MODELS) {
      it(`of ${name}, ${model}, is valid by compose's own schema`, () => {
        const valid = validate(compose(name, model));
        expect(valid, JSON.stringify(validate.errors, null, 2)).to.equal(true);
      });

      it(`of ${name}, ${model}, runs every container but the privileged one without root, capability or bound`, () => {
        for (const [container, service] of Object.entries(compose(name, model).services)) {
          const privileged = container === "docker";
          expect(Number(service.user.split(":")[0]), container).to.be.at.least(1000);
          expect(service.privileged === true, container).to.equal(privileged);
          expect(service.cap_drop, container).to.deep.equal(privileged ? undefined : ["ALL"]);
          expect(service.security_opt, container).to.deep.equal(privileged ? undefined : ["no-new-privileges:true"]);
          // Elasticsearch's start script writes its own settings beside the image's.
          expect(service.read_only, container).to.equal(!privileged && container !== "elasticsearch");
          expect(Number(service.deploy.resources.limits.cpus), container).to.be.within(0.01, 8);
          expect(service.deploy.resources.limits.memory, container).to.match(/^\d+M$/);
          expect(service.logging.driver, container).to.equal("awslogs");
        }
      });

      it(`of ${name}, ${model}, lets two containers share a closed network exactly where an edge joins them`, () => {
        const file = compose(name, model);
        const input = SYSTEMS[name];
        if (!input) return;
        const { system } = describeHost(input, model);
        const talks = system.edges.flatMap(({ from, to }) => {
          const inside = to.name in file.services && (from.kind === "public" || from.name in file.services);
          return inside ? [[from.kind === "public" ? PROXY : from.name, to.name] as const] : [];
        });
        for (const container of Object.keys(file.services)) {
          if (container.endsWith("-users")) talks.push([container, container.replace(/-users$/, "")]);
        }
        const joined = new Set(talks.map(([from, to]) => pair(from, to)));
        // A segment is one network of the document's own: who is in it, and who calls somebody there.
        const segments = new Map<string, Set<string>>();
        for (const [part, spec] of Object.entries({ ...system.stores, ...system.services })) {
          const { segment } = spec as { readonly segment?: string };
          const callers = talks.flatMap(([from, to]) => (to === part ? [from] : []));
          // A store that nobody calls stands alone; a service is where the document puts it.
          if (segment !== undefined && (part in system.services || callers.length > 0)) {
            segments.set(segment, new Set([...(segments.get(segment) ?? []), part, ...callers]));
          }
        }
        for (const inside of segments.values()) {
          for (const one of inside) {
            for (const other of inside) {
              if (one < other) joined.add(pair(one, other));
            }
          }
        }
        const shared = new Set<string>();
        for (const [one, { networks = [] }] of Object.entries(file.services)) {
          for (const [other, { networks: others = [] }] of Object.entries(file.services)) {
            const common = networks.filter((network) => others.includes(network) && file.networks[network]?.internal);
            if (one < other && common.length > 0) shared.add(pair(one, other));
          }
        }
        expect([...shared].sort()).to.deep.equal([...joined].sort());
      });
    }
  }

  it("of doc-scraper's single server carries the document's numbers", () => {
    const file = compose("doc-scraper", "single-server");
    expect(Object.keys(file.services).sort()).to.deep.equal([
      "api",
      "database",
      "database-users",
      "edge-proxy",
      "redis",
      "worker",
    ]);
    const api = serviceOf(file, "api");
    expect(api.entrypoint).to.deep.equal([
      ...["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--workers", "4"],
    ]);
    const worker = serviceOf(file, "worker");
    expect(worker.entrypoint).to.deep.equal(["celery", "-A", "app.worker", "worker"]);
    expect(worker.command).to.deep.equal(["--loglevel=info", "--concurrency=4"]);
    expect(serviceOf(file, "database").image).to.equal("postgres:15");
    expect(serviceOf(file, "database").command).to.include("max_connections=250");
    expect(serviceOf(file, "redis").image).to.equal("redis:7-alpine");
    expect(describeHost(SYSTEMS["doc-scraper"] ?? raise(), "single-server").size).to.deep.include({
      vcpus: 8,
      memoryGiB: 16,
      dataDiskGiB: 100,
    });
  });

  it("of doc-scraper's standalone is one process with directories, and no server beside the proxy", () => {
    const file = compose("doc-scraper", "standalone");
    expect(Object.keys(file.services)).to.deep.equal(["api", "edge-proxy"]);
    const api = serviceOf(file, "api");
    expect(api.environment).to.include({
      DATABASE_URL: "sqlite:////data/database/scraper.db",
      EXPORT_PATH: "/data/exports",
    });
    expect(api.volumes?.map(({ source, target }) => `${source}:${target}`)).to.deep.equal([
      "/srv/data/volumes/database:/data/database",
      "/srv/data/volumes/exports:/data/exports",
    ]);
    expect(describeHost(SYSTEMS["doc-scraper"] ?? raise(), "standalone").size).to.deep.include({
      machineType: "t3.small",
      dataDiskGiB: 10,
    });
  });

  it("starts clients after their stores are healthy and their users are made", () => {
    expect(serviceOf(compose("doc-scraper", "single-server"), "worker").depends_on).to.deep.equal({
      database: { condition: "service_healthy" },
      "database-users": { condition: "service_completed_successfully" },
      redis: { condition: "service_healthy" },
    });
    expect(serviceOf(compose("vibebox", "standalone"), "frontend").depends_on).to.deep.equal({
      backend: { condition: "service_healthy" },
    });
  });

  it("keeps secret values out of variables: they come from files made at boot", () => {
    const backend = serviceOf(compose("vibebox", "standalone"), "backend");
    expect(backend.environment).to.not.have.any.keys("DATABASE_URL", "REDIS_URL");
    expect(backend.environment).to.include({ DOCKER_HOST: "http://docker:2375".replace("http", "tcp") });
    expect(backend.env_file).to.deep.equal([
      { path: "/run/groundplan/env/backend.env", required: true, format: "raw" },
    ]);
  });

  it("gives replicas, and no more CPUs than the machine has", () => {
    const file = compose("webharvest", "single-server");
    expect(serviceOf(file, "worker").deploy.replicas).to.equal(2);
    const dev = describeHost(SYSTEMS.vibebox ?? raise(), "standalone", { environment: "dev" });
    const docker = serviceOf(parse(configOf(dev).compose.text) as ComposeFile, "docker");
    expect(docker.deploy.resources.limits.cpus).to.equal("4");
  });

  it("publishes the proxy alone", () => {
    for (const name of Object.keys(SYSTEMS)) {
      const published = Object.entries(compose(name, "single-server").services).filter(([, { ports }]) => ports);
      expect(published.map(([container]) => container)).to.deep.equal([PROXY]);
    }
  });

  it("puts large scratch on disk and small scratch in memory", () => {
    const docker = serviceOf(compose("vibebox", "standalone"), "docker");
    expect(docker.tmpfs?.map((entry) => entry.split(":")[0])).to.deep.equal(["/run/user/1000", "/tmp"]);
    expect(docker.volumes?.map(({ source }) => source)).to.include(
      "/var/lib/groundplan/scratch/docker-home-rootless-local-share-docker",
    );
  });

  it("runs the stores a document may name besides", () => {
    const resources = {
      requests: { cpu: "100m", memory: "512Mi" },
      limits: { cpu: "1000m", memory: "2Gi" },
    };
    const file = compose("doc-scraper", "single-server", {
      stores: {
        index: { kind: "search", resources, storage: { size: "5Gi" }, segment: "database" },
        cache: { kind: "memcached", resources },
      },
      services: {
        worker: {
          uses: [
            { to: "index", env: { SEARCH_URL: "url" } },
            { to: "cache", env: { CACHE_URL: "url" } },
          ],
        },
      },
    });
    expect(validate(file), JSON.stringify(validate.errors)).to.equal(true);
    expect(serviceOf(file, "index").image).to.equal("elasticsearch:8.19.0");
    expect(serviceOf(file, "worker").networks).to.include("database");
    expect(serviceOf(file, "worker").environment).to.include({ CACHE_URL: "memcached://cache:11211" });
  });

  it("refuses a part that has the name of a container of the host's own", () => {
    expect(() =>
      compose("doc-scraper", "single-server", {
        services: { "database-users": SYSTEMS["doc-scraper"]?.services.worker },
      }),
    ).to.throw(/services\.database-users/);
  });
});

function pair(one: string, other: string): string {
  return [one, other].sort().join(" ");
}

function raise(): never {
  throw new Error("the system is built in");
}
