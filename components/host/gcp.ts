import type * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../binding";
import { Component, type ComponentArgs, type Transform } from "../component";
import { identityOf } from "../context";
import { type Project, projectOf } from "../gcp/project";
import type { Make } from "../make";
import type { KeysContract } from "../secrets/keys/contract";
import type { Bucket } from "../storage/bucket/gcp";
import { runningBackups } from "./cloudInit";
import type { HostDescription } from "./contract";
import { hostDegraded } from "./degraded";
import { clientsOf } from "./environment";
import { makeAddress, makeFirewall } from "./gcp/address";
import { makeAlerts } from "./gcp/alerts";
import { artifactRegistries, gcpHostCloud, metricPrefix } from "./gcp/commands";
import { makeDataDisk } from "./gcp/disk";
import { makeHostAccount, makeHostGrants } from "./gcp/identity";
import { DATA_DEVICE, makeInstance } from "./gcp/instance";
import type { HostNetwork } from "./gcp/network";
import { type HostSecretInputs, HostSecrets } from "./gcp/secrets";
import { makeSleep, type SleepHours } from "./gcp/sleep";
import { publicHosts } from "./nginx";
import { checkUserData, type RenderedHost, renderHost } from "./rendered";

export interface HostArgs extends ComponentArgs {
  readonly description: HostDescription;
  readonly network: HostNetwork;
  readonly keys: KeysContract;
  readonly secrets: HostSecretInputs;
  /** Buckets of the system, by the store's name. */
  readonly buckets: Readonly<Record<string, Bucket>>;
  /** Managed zone the public's names are written to. @default none: somebody else points them at the address */
  readonly zoneName?: string;
  /** Addresses alerts are sent to. @default nobody is told */
  readonly alertEmails?: readonly string[];
  /** Hours in which the machine is stopped. @default it runs all the time */
  readonly sleep?: SleepHours;
  readonly transform?: {
    readonly instance?: Transform<gcp.compute.InstanceArgs>;
    readonly data?: Transform<gcp.compute.DiskArgs>;
  };
}

/** Names the public of a host uses; none where nothing is published. */
export function publishedHosts({ system, domain }: HostDescription): readonly string[] {
  return domain === undefined || system.routes.length === 0 ? [] : publicHosts(system, domain);
}

/**
 * A whole system on one Compute Engine instance: containers by compose, a proxy with TLS, backups, and a data disk that
 * outlives the machine. The machine itself is replaced for every change of its user data, and keeps its address and its
 * data.
 */
export class Host extends Component {
  /** Undefined where the public has no business with it. */
  readonly publicIp: pulumi.Output<string> | undefined;
  readonly instance: gcp.compute.Instance;
  readonly dataDisk: gcp.compute.Disk;

  private readonly args: HostArgs;
  private readonly project: Project;
  private readonly metrics: string;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:host:Host", name, args, opts);
    this.args = args;
    this.project = projectOf(this);
    const { context } = this;
    const { network, description, keys } = args;
    const hosts = publishedHosts(description);
    this.metrics = metricPrefix(identityOf(context), context.environment, context.placement);
    checkUserData(description, this.cloud("a-project-of-thirty-characters"));
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);

    const account = makeHostAccount(make, context);
    const secrets = this.makeSecrets(account);
    this.dataDisk = makeDataDisk(make, {
      context,
      zone: network.zone,
      sizeGiB: description.size.dataDiskGiB,
      keyName: keys.arn("volumes"),
    });
    const rendered = this.render(secrets);
    const firewall = makeFirewall(make, {
      context,
      network,
      published: hosts.length > 0,
      externalPorts: Object.values(description.system.external).map(({ port }) => port),
      serviceAccount: account.email,
    });
    const address = makeAddress(make, { context, hosts, zoneName: args.zoneName });
    this.instance = makeInstance(make, {
      context,
      size: description.size,
      subnetId: network.subnetId,
      account,
      address,
      disk: this.dataDisk,
      disksKeyName: keys.arn("volumes"),
      userData: rendered.userData,
      sleep: args.sleep && makeSleep(make, { context, project: this.project, parent: this, hours: args.sleep }),
      after: [...this.grant(make, account), ...secrets.ready, ...firewall, ...network.ready, ...this.bucketsReady()],
    });
    this.watch(make, hosts);

    this.publicIp = address?.address;
    this.sayWhatIsMissing(hosts);
    this.finish({ ...(this.publicIp ? { publicIp: this.publicIp } : {}), files: rendered.files });
  }

  private makeSecrets(account: gcp.serviceaccount.Account): HostSecrets {
    const { secrets, keys } = this.args;
    return new HostSecrets(
      this.childName("secrets"),
      { context: this.context, ...secrets, keys, reader: account.member },
      { parent: this },
    );
  }

  /** Everything the machine is told, once the cloud has given its names. */
  private render(secrets: HostSecrets): pulumi.Output<RenderedHost> {
    const { description, buckets } = this.args;
    const facts = pulumi.output({
      project: this.project.id,
      secrets: secrets.ids,
      buckets: Object.fromEntries(Object.entries(buckets).map(([store, bucket]) => [store, plainValues(bucket)])),
    });
    return facts.apply(({ project, ...names }) =>
      renderHost(
        description,
        {
          ...names,
          dataDevice: `/dev/disk/by-id/google-${DATA_DEVICE}`,
          logging: {
            driver: "gcplogs",
            // A log service that does not answer must not stop who writes.
            options: { "gcp-project": project, mode: "non-blocking", "max-buffer-size": "4m" },
          },
        },
        this.cloud(project),
      ),
    );
  }

  private cloud(project: string) {
    return gcpHostCloud({ project, metrics: this.metrics, registries: artifactRegistries(this.images()) });
  }

  /** What the machine may do: write its logs and metrics, its services' edges, its backups, pull its images. */
  private grant(make: Make, account: gcp.serviceaccount.Account): readonly pulumi.Resource[] {
    const { description, buckets } = this.args;
    const edges = Object.entries(buckets).flatMap(([store, bucket]): readonly Grant[] => {
      const clients = clientsOf(description.system, store).map(({ access }) => access);
      const strongest = (["admin", "write", "read"] as const).find((access) => clients.includes(access));
      return strongest ? bucket.binding.grants(store, strongest) : [];
    });
    const backups = runningBackups(description).flatMap(({ name, spec }) => {
      const bucket = buckets[spec.bucket]?.bucket;
      return bucket ? [{ backup: name, prefix: spec.prefix, bucketName: bucket.name }] : [];
    });
    return makeHostGrants(make, {
      project: this.project,
      member: account.member,
      edges,
      backups,
      images: this.images(),
    });
  }

  private watch(make: Make, hosts: readonly string[]): void {
    const { description, alertEmails = [], sleep } = this.args;
    makeAlerts(make, {
      context: this.context,
      metrics: this.metrics,
      backups: runningBackups(description),
      hasCertificates: hosts.length > 0,
      sleeps: sleep !== undefined,
      emails: alertEmails,
    });
  }

  private sayWhatIsMissing(hosts: readonly string[]): void {
    const { description, zoneName, alertEmails = [] } = this.args;
    for (const verdict of hostDegraded(description)) {
      this.degrade(verdict);
    }
    if (zoneName === undefined && hosts.length > 0) {
      this.degrade({
        feature: "DNS and certificates without a hand",
        reason:
          "no managed zone is named: until somebody points the names at the address, certificates are self-signed",
        remedy: `set groundplan:existing.${this.context.placement}.zone`,
      });
    }
    const unheard = description.system.notify.filter((receiver) => receiver !== "email");
    if (alertEmails.length === 0) {
      this.degrade({
        feature: "notifications",
        reason: "the host's alerts are in Cloud Monitoring and go to nobody",
        remedy: "set groundplan:alerts.email",
      });
    } else if (unheard.length > 0) {
      this.degrade({
        feature: `notifications by ${unheard.join(", ")}`,
        reason: "the host's alerts are sent by e-mail alone",
        remedy: "add a notification channel of Cloud Monitoring, or set groundplan:model to distributed",
      });
    }
  }

  private bucketsReady(): readonly pulumi.Resource[] {
    return Object.values(this.args.buckets).flatMap(({ binding }) => binding.ready);
  }

  private images(): readonly string[] {
    const { parts, proxy } = this.args.description.images;
    return [...Object.values(parts), proxy];
  }
}

function plainValues({ binding }: Bucket): Readonly<Record<string, pulumi.Input<string>>> {
  return Object.fromEntries(
    Object.entries(binding.values("host", "primary")).flatMap(([key, value]) =>
      value.kind === "plain" ? [[key, value.value]] : [],
    ),
  );
}
