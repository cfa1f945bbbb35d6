import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import { accountOf } from "../../aws/account";
import { makeLogGroup } from "../../aws/logGroup";
import { policyDocument } from "../../aws/policy";
import { makeSecretEntry, type SecretEntry } from "../../aws/secret";
import type { Binding, Client } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError } from "../../errors";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, NAME_RULES, physicalName } from "../../naming";
import type { NetworkContract } from "../../networking/contract";
import type { KeysContract } from "../../secrets/keys/contract";
import { openToClients } from "../openToClients";
import { searchProblems } from "./constraints";
import { diskGiB, ENGINES, instanceTypeFor, type SearchTopology, topologyOf } from "./opensearch";

export interface SearchArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"search">;
  readonly network: NetworkContract;
  readonly keys: KeysContract & pulumi.Resource;
  /** Group whose members may connect. */
  readonly clientGroupId: pulumi.Input<string>;
  readonly clients: readonly Client[];
  readonly transform?: { readonly domain?: Transform<aws.opensearch.DomainArgs> };
}

/** OpenSearch Service answers on the port of HTTPS alone. */
const PORT = 443;
/** User the system's services connect as. */
const USER = "services";
/** Nodes that only agree on the cluster need little. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html */
const MASTER_TYPE = "m6g.large.search";
const LOGS = ["INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS", "ES_APPLICATION_LOGS", "AUDIT_LOGS"] as const;
/** Days OpenSearch Service keeps its own snapshots, which it takes every hour. */
const SNAPSHOT_DAYS = 14;

/** An OpenSearch domain: in the data subnets, encrypted at rest, between nodes and to clients, each with a password. */
export class Search extends Component {
  readonly binding: Binding;
  readonly domainName: pulumi.Output<string>;
  private readonly args: SearchArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: SearchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Search", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const { store, spec } = args;
    const { multiZone, protect } = this.context.redundancy;
    const problems = searchProblems({ name: store, store: spec, multiZone });
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const password = this.makePassword(protect);
    const domain = this.makeDomain(password);
    this.domainName = domain.domainName;
    this.binding = this.bind(domain, this.makeSecret(domain, password));
    this.verdicts();
    this.finish({ domainName: domain.domainName });
  }

  /** One of each kind of character: OpenSearch refuses a master password without. */
  private makePassword(protect: boolean): pulumi.Output<string> {
    return this.make(
      random.RandomPassword,
      "password",
      // The characters that stand in a URL as they are.
      { length: 32, minLower: 1, minUpper: 1, minNumeric: 1, minSpecial: 1, overrideSpecial: "-_~." },
      { protect },
    ).result;
  }

  private makeDomain(password: pulumi.Output<string>): aws.opensearch.Domain {
    const { context, args } = this;
    const { spec, store, keys, network } = args;
    const { multiZone, protect } = context.redundancy;
    const topology = topologyOf(spec, { multiZone, zones: network.dataSubnetIds.length });
    const { groupId, rules } = openToClients(this.makeChild, { ...args, context, what: "OpenSearch", port: PORT });
    const suffix = this.make(random.RandomId, "suffix", { byteLength: 4, keepers: { key: keys.arn("data") } });
    const prefix = physicalName(NAME_RULES.awsSearch, [context.system, store], AUTO_NAME_SUFFIX + 1);
    const domainName = pulumi.interpolate`${prefix}-${suffix.hex}`;
    const logs = makeLogGroup(this.makeChild, "logs", { context, keyArn: keys.arn("logs") });
    const mayWrite = this.makeLogPolicy(logs, prefix);
    return this.make(
      aws.opensearch.Domain,
      "domain",
      {
        domainName,
        // Validation has seen to it that there is one of each.
        engineVersion: ENGINES[spec.version] ?? "",
        clusterConfig: clusterConfig(instanceTypeFor(spec, multiZone) ?? "", topology),
        ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: diskGiB(spec) },
        vpcOptions: { subnetIds: network.dataSubnetIds.slice(0, topology.zones), securityGroupIds: [groupId] },
        encryptAtRest: { enabled: true, kmsKeyId: keys.arn("data") },
        nodeToNodeEncryption: { enabled: true },
        domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
        advancedSecurityOptions: {
          enabled: true,
          internalUserDatabaseEnabled: true,
          masterUserOptions: { masterUserName: USER, masterUserPassword: password },
        },
        accessPolicies: this.accessPolicy(domainName),
        logPublishingOptions: LOGS.map((logType) => ({ logType, cloudwatchLogGroupArn: logs.arn })),
        offPeakWindowOptions: { enabled: true, offPeakWindow: { windowStartTime: { hours: 2, minutes: 0 } } },
        softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
        tags: context.tags,
      },
      { protect, dependsOn: [mayWrite, ...rules] },
    );
  }

  /**
   * Users with passwords are anonymous to IAM, so the policy must let everybody speak to the domain: the network decides
   * who reaches it, and the domain asks each for a password.
   * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
   */
  private accessPolicy(domainName: pulumi.Output<string>): pulumi.Output<string> {
    const account = accountOf(this.args.keys);
    return policyDocument([
      {
        Sid: "AnyoneWithPassword",
        Principal: { AWS: "*" },
        Action: ["es:ESHttp*"],
        Resource: pulumi.interpolate`arn:${account.partition}:es:${this.context.region}:${account.id}:domain/${domainName}/*`,
      },
    ]);
  }

  private makeLogPolicy(logs: aws.cloudwatch.LogGroup, prefix: string): pulumi.Resource {
    const account = accountOf(this.args.keys);
    return this.make(aws.cloudwatch.LogResourcePolicy, "logs-policy", {
      policyName: pulumi.interpolate`${prefix}-${this.context.placement}-opensearch`,
      policyDocument: policyDocument([
        {
          Sid: "Publish",
          Principal: { Service: "es.amazonaws.com" },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"],
          Resource: pulumi.interpolate`${logs.arn}:*`,
          Condition: { StringEquals: { "aws:SourceAccount": account.id } },
        },
      ]),
    });
  }

  private makeSecret(domain: aws.opensearch.Domain, password: pulumi.Output<string>): SecretEntry {
    return makeSecretEntry(this.makeChild, "secret", {
      context: this.context,
      path: this.args.store,
      description: `Connection to ${this.args.store}`,
      keyArn: this.args.keys.arn("secrets"),
      value: pulumi.jsonStringify({
        url: pulumi.interpolate`https://${USER}:${password}@${domain.endpoint}:${PORT}`,
        host: domain.endpoint,
        port: String(PORT),
        user: USER,
        password,
      }),
    });
  }

  private verdicts(): void {
    const { store, spec } = this.args;
    this.degrade({
      feature: `clients of Elasticsearch with ${store}`,
      reason: "Elastic's clients ask the server who it is, and refuse OpenSearch",
      remedy: `use OpenSearch's clients, or take ${store} out of groundplan:compute.managedStores`,
    });
    this.degrade({
      feature: `a user of its own in ${store} for each service`,
      reason: "users and roles are made through the domain's own API, inside the network",
      remedy: `services share the user ${USER}; make narrower users with OpenSearch's security API from a pod`,
    });
    this.degrade({
      feature: `the domain ${store} in an account that never had one in a VPC`,
      reason: "the role AWSServiceRoleForAmazonOpenSearchService belongs to the whole account and is made once",
      remedy: "aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com",
    });
    const { snapshots } = spec.storage;
    if (snapshots && snapshots.keep > SNAPSHOT_DAYS) {
      this.degrade({
        feature: `${snapshots.keep} snapshots of ${store}`,
        reason: `OpenSearch Service takes one every hour and keeps them ${SNAPSHOT_DAYS} days`,
        remedy: "register a repository of your own with the snapshot API",
      });
    }
  }

  private bind(domain: aws.opensearch.Domain, entry: SecretEntry): Binding {
    return {
      values: () => ({
        url: { kind: "secret", source: entry.source("url") },
        host: { kind: "plain", value: domain.endpoint },
        port: { kind: "plain", value: String(PORT) },
        user: { kind: "plain", value: USER },
        password: { kind: "secret", source: entry.source("password") },
        tls: { kind: "plain", value: "true" },
      }),
      peers: [{ kind: "cidrs", cidrBlocks: this.args.network.dataCidrBlocks }],
      ports: [PORT],
      grants: () => [],
      ready: [domain, entry.version],
    };
  }
}

function clusterConfig(instanceType: string, { nodes, zones, masters }: SearchTopology) {
  return {
    instanceType,
    instanceCount: nodes,
    ...(masters > 0
      ? { dedicatedMasterEnabled: true, dedicatedMasterCount: masters, dedicatedMasterType: MASTER_TYPE }
      : { dedicatedMasterEnabled: false }),
    zoneAwarenessEnabled: zones > 1,
    ...(zones > 1 ? { zoneAwarenessConfig: { availabilityZoneCount: zones } } : {}),
  };
}
