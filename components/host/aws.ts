import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../aws/account";
import { makeLogGroup } from "../aws/logGroup";
import type { Grant } from "../binding";
import { Component, type ComponentArgs, type Transform } from "../component";
import { identityOf } from "../context";
import type { Make } from "../make";
import { type NameRule, physicalName } from "../naming";
import type { KeysContract } from "../secrets/keys/contract";
import type { Bucket } from "../storage/bucket/aws";
import { makeAddress, makeFirewall } from "./aws/address";
import { makeAlarms } from "./aws/alarms";
import { awsHostCloud, ecrRegistries } from "./aws/commands";
import { backupGrants, imageGrants, makeHostIdentity, secretGrants, telemetryGrants } from "./aws/identity";
import { makeInstance } from "./aws/instance";
import type { HostNetwork } from "./aws/network";
import { makeTopic } from "./aws/notifications";
import type { HostSecrets } from "./aws/secrets";
import { makeSleep, type SleepHours } from "./aws/sleep";
import { makeDataVolume } from "./aws/volume";
import { runningBackups } from "./cloudInit";
import { usesCloud } from "./compose/networks";
import type { HostDescription } from "./contract";
import { hostDegraded } from "./degraded";
import { clientsOf } from "./environment";
import { publicHosts } from "./nginx";
import { checkUserData, type RenderedHost, renderHost } from "./rendered";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const SNAPSHOT_TAG_VALUE: NameRule = { maxLength: 256, allowed: /[A-Za-z0-9+=._:/@-]/, keepCase: true };

export interface HostArgs extends ComponentArgs {
  readonly description: HostDescription;
  readonly network: HostNetwork;
  readonly keys: KeysContract;
  readonly secrets: HostSecrets;
  /** Buckets of the system, by the store's name. */
  readonly buckets: Readonly<Record<string, Bucket>>;
  /** Hosted zone the public's names are written to. @default none: somebody else points them at the address */
  readonly zoneId?: string;
  /** Addresses alarms are sent to. @default nobody is told */
  readonly alertEmails?: readonly string[];
  /** Hours in which the machine is stopped. @default it runs all the time */
  readonly sleep?: SleepHours;
  readonly transform?: {
    readonly instance?: Transform<aws.ec2.InstanceArgs>;
    readonly data?: Transform<aws.ebs.VolumeArgs>;
  };
}

/**
 * A whole system on one EC2 instance: containers by compose, a proxy with TLS, backups, and a data volume that outlives
 * the machine. The machine itself is replaced for every change of its user data, and keeps its address and its data.
 */
export class Host extends Component {
  readonly publicIp: pulumi.Output<string>;
  readonly instance: aws.ec2.Instance;
  readonly dataVolume: aws.ebs.Volume;

  private readonly args: HostArgs;
  private readonly namespace: string;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:host:Host", name, args, opts);
    this.args = args;
    const { context } = this;
    this.namespace = `Groundplan/${identityOf(context)}/${context.environment}/${context.placement}`;
    checkUserData(args.description, this.cloud("log-group"));
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);

    const logs = makeLogGroup(make, "logs", { context, keyArn: args.keys.arn("logs") });
    this.dataVolume = makeDataVolume(make, {
      context,
      availabilityZone: args.network.availabilityZone,
      sizeGiB: args.description.size.dataDiskGiB,
      keyArn: args.keys.arn("volumes"),
      parent: this,
      snapshotTag: physicalName(SNAPSHOT_TAG_VALUE, [`${identityOf(context)}/${pulumi.getStack()}/${name}`]),
    });
    const rendered = this.render(logs);
    const identity = makeHostIdentity(make, { context, parent: this, grants: this.grants(logs) });
    const { port, address } = this.connect(make);
    this.instance = makeInstance(make, {
      context,
      parent: this,
      title: this.childName("instance"),
      size: args.description.size,
      profile: identity.profile,
      port,
      volume: this.dataVolume,
      volumesKeyArn: args.keys.arn("volumes"),
      userData: rendered.userData,
      containersCallCloud: this.callsCloud(),
      after: [...identity.ready, ...args.secrets.ready, address, ...this.bucketsReady()],
    });
    this.watch(make);

    this.publicIp = address.publicIp;
    this.sayWhatIsMissing();
    this.finish({ publicIp: this.publicIp, files: rendered.files });
  }

  /** Everything the machine is told, once the cloud has given its names. */
  private render(logs: aws.cloudwatch.LogGroup): pulumi.Output<RenderedHost> {
    const { description, secrets, buckets } = this.args;
    const facts = pulumi.output({
      volumeId: this.dataVolume.id,
      logGroup: logs.name,
      secrets: secrets.arns,
      buckets: Object.fromEntries(Object.entries(buckets).map(([store, bucket]) => [store, plainValues(bucket)])),
    });
    return facts.apply(({ volumeId, logGroup, ...names }) =>
      renderHost(
        description,
        {
          ...names,
          // The name under which Nitro shows a volume: https://docs.aws.amazon.com/ebs/latest/userguide/identify-nvme-ebs-device.html
          dataDevice: `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`,
          logging: {
            driver: "awslogs",
            options: {
              "awslogs-region": this.context.region,
              "awslogs-group": logGroup,
              tag: "{{.Name}}",
              // A log service that does not answer must not stop who writes.
              mode: "non-blocking",
              "max-buffer-size": "4m",
            },
          },
        },
        this.cloud(logGroup),
      ),
    );
  }

  private cloud(logGroup: string) {
    return awsHostCloud({
      region: this.context.region,
      namespace: this.namespace,
      logGroup,
      registries: ecrRegistries(this.images()),
    });
  }

  /** What the machine may do: read its secrets, write its logs and metrics, its services' edges, its backups. */
  private grants(logs: aws.cloudwatch.LogGroup): readonly Grant[] {
    const { description, secrets, buckets, keys } = this.args;
    const edges = Object.entries(buckets).flatMap(([store, bucket]) => {
      const clients = clientsOf(description.system, store).map(({ access }) => access);
      const strongest = (["admin", "write", "read"] as const).find((access) => clients.includes(access));
      return strongest ? bucket.binding.grants(store, strongest) : [];
    });
    const backups = runningBackups(description).flatMap(({ name, spec }) => {
      const bucket = buckets[spec.bucket]?.bucket;
      return bucket
        ? backupGrants({ backup: name, prefix: spec.prefix, bucketArn: bucket.arn, keyArn: keys.arn("storage") })
        : [];
    });
    return [
      ...secretGrants({ arns: Object.values(secrets.arns), keyArn: keys.arn("secrets") }),
      ...telemetryGrants(logs.arn, this.namespace),
      ...edges,
      ...backups,
      ...imageGrants(this.images(), accountOf(this).partition),
    ];
  }

  private connect(make: Make) {
    const { context } = this;
    const { network, description, zoneId } = this.args;
    const hosts = this.hosts();
    const firewall = makeFirewall(make, {
      context,
      network,
      published: hosts.length > 0,
      externalPorts: Object.values(description.system.external).map(({ port }) => port),
    });
    return makeAddress(make, { context, network, firewall, hosts, zoneId });
  }

  private watch(make: Make): void {
    const { context, namespace } = this;
    const { description, alertEmails = [], sleep } = this.args;
    const account = accountOf(this);
    const topic = makeTopic(make, { context, account, emails: alertEmails });
    makeAlarms(make, {
      context,
      partition: account.partition,
      instanceId: this.instance.id,
      namespace,
      backups: runningBackups(description),
      hasCertificates: this.hosts().length > 0,
      sleeps: sleep !== undefined,
      ...(topic ? { topicArn: topic.arn } : {}),
    });
    if (sleep) {
      makeSleep(make, { context, account, instanceId: this.instance.id, hours: sleep });
    }
  }

  private sayWhatIsMissing(): void {
    const { description, zoneId } = this.args;
    for (const verdict of hostDegraded(description)) {
      this.degrade(verdict);
    }
    if (zoneId === undefined && this.hosts().length > 0) {
      this.degrade({
        feature: "DNS and certificates without a hand",
        reason: "no hosted zone is named: until somebody points the names at the address, certificates are self-signed",
        remedy: `set groundplan:existing.${this.context.placement}.zone`,
      });
    }
    const unheard = description.system.notify.filter((receiver) => receiver !== "email");
    if (this.args.alertEmails === undefined || this.args.alertEmails.length === 0) {
      this.degrade({
        feature: "notifications",
        reason: "the host's alarms are in CloudWatch and go to nobody",
        remedy: "set groundplan:alerts.email",
      });
    } else if (unheard.length > 0) {
      this.degrade({
        feature: `notifications by ${unheard.join(", ")}`,
        reason: "the host's alarms are sent by e-mail alone",
        remedy: "subscribe the service to the host's topic, or set groundplan:model to distributed",
      });
    }
  }

  private callsCloud(): boolean {
    const { system } = this.args.description;
    return Object.keys(system.services).some((service) => usesCloud(system, service));
  }

  private bucketsReady(): readonly pulumi.Resource[] {
    return Object.values(this.args.buckets).flatMap(({ binding }) => binding.ready);
  }

  private hosts(): readonly string[] {
    const { system, domain } = this.args.description;
    return domain === undefined || system.routes.length === 0 ? [] : publicHosts(system, domain);
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
