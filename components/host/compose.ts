import { stringify } from "yaml";
import { InputError, type Problem, show } from "../errors";
import { bind, hardened, scratchInMemory } from "./compose/container";
import { askTcp, healthcheck } from "./compose/health";
import { PROXY, planNetworks, usersContainer } from "./compose/networks";
import { serviceContainer } from "./compose/services";
import { storeContainers } from "./compose/stores";
import type { HostContainer, YamlValue } from "./compose/types";
import { DATA, HOME, type HostDescription, type HostFacts, USER_ID } from "./contract";
import { isContained } from "./environment";

/** The compose file, and everything it finds on the host. */
export interface ComposePlan {
  readonly text: string;
  readonly containers: readonly HostContainer[];
}

/** Where the proxy finds certificates and ACME's answers. */
export const CERTIFICATES = `${DATA}/certificates`;
export const ACME_WEBROOT = `${DATA}/acme`;
export const NGINX_CONFIGURATION = `${HOME}/nginx.conf`;

/**
 * The whole system as a compose file. Secrets are files made at boot; the file names them and holds none.
 * https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */
export function planCompose(description: HostDescription, facts: HostFacts): ComposePlan {
  const { system, order } = description;
  refuseTakenNames(description);
  const networks = planNetworks(system);
  const containers = [
    ...Object.entries(system.stores).flatMap(([name, spec]) => storeContainers(description, facts, name, spec)),
    ...order.flatMap((name) => {
      const spec = system.services[name];
      return spec ? [serviceContainer(description, facts, name, spec)] : [];
    }),
    ...(system.routes.length > 0 ? [proxyContainer(description, facts)] : []),
  ];
  const services = containers.map(({ name, definition }) => {
    const joined = networks.of(name);
    // Without any edge a container has no network at all.
    return [name, { ...definition, ...(joined.length > 0 ? { networks: [...joined] } : { network_mode: "none" }) }];
  });
  const document = { name: system.name, services: Object.fromEntries(services), networks: networks.networks };
  return {
    // Go and Python read YAML 1.1, where a bare `no` is false and 0644 a number.
    text: stringify(escaped(document), { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }),
    containers,
  };
}

/** Terminates TLS for everything the public reaches. */
function proxyContainer({ images, size }: HostDescription, { logging }: HostFacts): HostContainer {
  const resources = {
    requests: { cpu: "50m", memory: "64Mi", ephemeralStorage: "64Mi" },
    limits: { cpu: "1000m", memory: "256Mi", ephemeralStorage: "256Mi" },
  };
  return {
    name: PROXY,
    definition: {
      image: images.proxy,
      // The image's own start script would rewrite configuration that cannot be written.
      entrypoint: ["nginx", "-g", "daemon off;"],
      ...hardened(USER_ID, resources, { size, logging }),
      // Ports 80 and 443 without a capability, in the container's own network namespace.
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      ports: [
        { target: 80, published: "80", protocol: "tcp", mode: "host" },
        { target: 443, published: "443", protocol: "tcp", mode: "host" },
      ],
      tmpfs: [scratchInMemory("/tmp", 128 * 2 ** 20)],
      volumes: [
        bind(NGINX_CONFIGURATION, "/etc/nginx/nginx.conf", true),
        bind(CERTIFICATES, "/etc/nginx/certificates", true),
        bind(ACME_WEBROOT, "/var/www/acme", true),
      ],
      // It waits for nobody: certificates are to be had before the system answers.
      restart: "unless-stopped",
      // SIGTERM would cut requests off.
      stop_signal: "SIGQUIT",
      stop_grace_period: "30s",
      healthcheck: healthcheck(["CMD-SHELL", askTcp(443)], { period: 15, timeout: 5, retries: 4, start: 10 }),
    },
    directories: [
      { path: CERTIFICATES, user: USER_ID, group: USER_ID, mode: "0750" },
      { path: ACME_WEBROOT, user: 0, group: USER_ID, mode: "0755" },
    ],
    files: [],
    secretFiles: [],
    secretEnv: {},
  };
}

/** Compose replaces variables in every value; nothing here is meant to be one. */
function escaped(value: YamlValue): YamlValue {
  if (typeof value === "string") {
    return value.replaceAll("$", "$$$$");
  }
  if (Array.isArray(value)) {
    return value.map(escaped);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, escaped(inner)]])),
    );
  }
  return value;
}

/** Containers of our own share the names of the system's parts. */
function refuseTakenNames({ system }: HostDescription): void {
  const own = [
    PROXY,
    ...Object.entries(system.stores).flatMap(([name, spec]) =>
      spec.kind === "postgres" && isContained(spec) ? [usersContainer(name)] : [],
    ),
  ];
  const taken = own.filter((name) => name in system.services || name in system.stores);
  if (taken.length > 0) {
    throw new InputError(
      taken.map(
        (name): Problem => ({
          path: `${name in system.services ? "services" : "stores"}.${name}`,
          found: show(name),
          allowed: "any name but those of the host's own containers",
          fix: `rename ${name}`,
        }),
      ),
    );
  }
}
