import type * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, BindingValue, Client, EndpointRole } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError } from "../../errors";
import { GCP_NAMES } from "../../gcp/names";
import { allowEgress } from "../../gcp/network/firewall";
import { allowNodePorts, DISCOVERY_PORT, makeCluster } from "../../gcp/redis/cluster";
import { redisProblems } from "../../gcp/redis/constraints";
import { makeInstance, TLS_PORT } from "../../gcp/redis/instance";
import { planInstance } from "../../gcp/redis/sizes";
import { makeSecretEntry, type SecretHome } from "../../gcp/secret";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, uniqueName } from "../../naming";
import type { Network } from "../../networking/gcp";
import type { KeysContract } from "../../secrets/keys/contract";
import { authorityPath } from "../../workload/authorities";
import type { RedisContract } from "./contract";

export interface RedisArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"redis">;
  readonly network: Network;
  readonly keys: KeysContract;
  readonly secrets: SecretHome;
  /** Account the clients' nodes run under. */
  readonly clientAccount: pulumi.Input<string>;
  readonly clients: readonly Client[];
  /** What must stand before a policy can be made in a client's namespace. */
  readonly namespaces: readonly pulumi.Resource[];
  readonly transform?: {
    readonly instance?: Transform<gcp.redis.InstanceArgs>;
    readonly cluster?: Transform<gcp.redis.ClusterArgs>;
  };
}

/** Memorystore for Redis: private, TLS with a password, encrypted with an own key, failing over across zones. */
export class Redis extends Component implements RedisContract {
  readonly binding: Binding;
  /** Name of the instance or the cluster. */
  readonly instanceName: pulumi.Output<string>;

  private readonly args: RedisArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Redis", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const problems = redisProblems(args.store, args.spec);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    this.instanceName = this.makeName();
    this.binding = args.spec.mode === "cluster" ? this.shards() : this.single();
    this.degrade({
      feature: `verification of ${args.store}'s certificate by clients in other languages than Python and Node.js`,
      reason:
        "Memorystore signs with an authority of its own: the URL names its file to Python, a variable names it to Node.js",
      remedy: `give ${authorityPath(args.store)}, which every client finds mounted, to the client as its authority`,
    });
    this.finish({ store: args.store });
  }

  /** The suffix follows what cannot change in place: a replacement finds its own name free. */
  private makeName(): pulumi.Output<string> {
    const { context, args } = this;
    const suffix = this.make(random.RandomId, "suffix", {
      byteLength: 4,
      keepers: { key: args.keys.arn("data"), network: args.network.vpcId, mode: args.spec.mode },
    });
    const prefix = uniqueName(GCP_NAMES.redis, [context.system, args.store], AUTO_NAME_SUFFIX + 1);
    return pulumi.interpolate`${prefix}-${suffix.hex}`;
  }

  private single(): Binding {
    const { args, context } = this;
    const instance = makeInstance(this.makeChild, { ...args, context, name: this.instanceName });
    const { readable } = planInstance(args.spec, context.redundancy.multiZone);
    const hosts = { primary: instance.host, replica: readable ? instance.readEndpoint : instance.host };
    const addresses = [...new Set(Object.values(hosts))].map((host) => pulumi.interpolate`${host}/32`);
    const opened = this.openTo(addresses, TLS_PORT);
    const password = pulumi.secret(instance.authString);
    const entry = this.makeSecret({
      url: redisUrl(password, hosts.primary, args.store),
      "replica-url": redisUrl(password, hosts.replica, args.store),
      password,
      // Two while one follows the other.
      ca: instance.serverCaCerts.apply((certificates) => certificates.map(({ cert }) => cert).join("\n")),
    });
    return {
      values: (_client, endpoint: EndpointRole): Readonly<Record<string, BindingValue>> => ({
        url: { kind: "secret", source: entry.source(endpoint === "replica" ? "replica-url" : "url") },
        host: { kind: "plain", value: hosts[endpoint] },
        port: { kind: "plain", value: String(TLS_PORT) },
        password: { kind: "secret", source: entry.source("password") },
        tls: { kind: "plain", value: "true" },
        ca: { kind: "secret", source: entry.source("ca") },
      }),
      peers: [{ kind: "cidrs", cidrBlocks: addresses }],
      ports: [TLS_PORT],
      grants: () => [],
      authority: { path: authorityPath(args.store), source: entry.source("ca") },
      ready: [instance, ...opened, ...entry.ready],
    };
  }

  private shards(): Binding {
    const { args, context } = this;
    const cluster = makeCluster(this.makeChild, { ...args, context, name: this.instanceName });
    const host = cluster.discoveryEndpoints.apply((endpoints) => endpoints[0]?.address ?? "");
    const policies = args.clients.map((client) =>
      allowNodePorts(this.makeChild, {
        context,
        store: args.store,
        network: args.network,
        client,
        dependsOn: args.namespaces,
      }),
    );
    this.degrade({
      feature: `a password for ${args.store}`,
      reason:
        "a Redis cluster of Memorystore knows none: clients show a token of their own identity, which lasts an hour",
      remedy: "give the client the token of Google's client library as its password, or use mode sentinel",
    });
    return {
      // In cluster mode a client finds the replicas by itself.
      values: () => ({
        url: { kind: "plain", value: pulumi.interpolate`rediss://${host}:${DISCOVERY_PORT}${trusted(args.store)}` },
        host: { kind: "plain", value: host },
        port: { kind: "plain", value: String(DISCOVERY_PORT) },
        tls: { kind: "plain", value: "true" },
      }),
      // Its endpoints are in the placement's own subnet.
      peers: [{ kind: "cidrs", cidrBlocks: [args.network.ranges.nodes] }],
      ports: [DISCOVERY_PORT],
      grants: () => [
        { id: `${args.store}-connect`, actions: ["roles/redis.dbConnectionUser"], resources: [cluster.id] },
      ],
      authority: { path: authorityPath(args.store), source: { from: "value", value: certificatesOf(cluster) } },
      ready: [cluster, ...policies],
    };
  }

  /** The nodes may reach these addresses and no others of Google's network. */
  private openTo(addresses: readonly pulumi.Output<string>[], port: number): readonly pulumi.Resource[] {
    const { args } = this;
    const services = args.clients.map((client) => client.service).join(", ");
    return services === ""
      ? []
      : [
          allowEgress(this.makeChild, "clients-to", {
            network: args.network.vpcId,
            description: `${services} to ${args.store}`.slice(0, 2_048),
            serviceAccount: args.clientAccount,
            ranges: addresses,
            ports: [port],
          }),
        ];
  }

  private makeSecret(values: Readonly<Record<string, pulumi.Output<string>>>) {
    const { args } = this;
    return makeSecretEntry(this.makeChild, "secret", {
      home: args.secrets,
      path: args.store,
      description: `Connection to ${args.store}`,
      value: pulumi.jsonStringify(values),
    });
  }
}

/**
 * TLS is required, which the second s says. Celery's result backend refuses to start unless the URL says as well that the
 * certificate is checked, and Python needs the file of the authority for it; Node's clients pass over both words.
 * https://docs.celeryq.dev/en/stable/userguide/configuration.html#redis-backend-settings
 */
function redisUrl(password: pulumi.Input<string>, host: pulumi.Input<string>, store: string): pulumi.Output<string> {
  return pulumi.interpolate`rediss://:${password}@${host}:${TLS_PORT}/0${trusted(store)}`;
}

function trusted(store: string): string {
  return `?ssl_cert_reqs=required&ssl_ca_certs=${authorityPath(store)}`;
}

/** The certificates are no secret, but a pod reads them from one like those of an instance. */
function certificatesOf(cluster: gcp.redis.Cluster): pulumi.Output<string> {
  return cluster.managedServerCas.apply((authorities) =>
    authorities.flatMap(({ caCerts = [] }) => caCerts.flatMap(({ certificates = [] }) => certificates)).join("\n"),
  );
}
