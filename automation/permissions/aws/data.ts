import { type AwsTable, arnOf, type Right, type Subject } from "./row";

/** Databases, caches and indexes. */
export const DATA: AwsTable = {
  "aws:rds/instance:Instance": {
    service: "rds",
    arn: (subject) => [
      arnOf("rds", subject.place, `db:${subject.name("identifier")}`),
      arnOf("rds", subject.place, `snapshot:${finalSnapshot(subject)}`),
      // Option groups are AWS's own, where a database asks for none.
      arnOf("rds", subject.place, "og:default*"),
    ],
    create: "CreateDBInstance CreateDBInstanceReadReplica AddTagsToResource",
    manage:
      "ModifyDBInstance RebootDBInstance DeleteDBInstance CreateDBSnapshot PromoteReadReplica ListTagsForResource RemoveTagsFromResource",
    open: "DescribeDBEngineVersions DescribeOrderableDBInstanceOptions",
    also: (subject) => [
      ...lookedUp(subject),
      ...replicated(subject),
      ...(subject.inputs.manageMasterUserPassword === true ? managedPassword(subject) : []),
    ],
    through: "rds",
    linkedRoles: ["rds.amazonaws.com"],
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    service: "rds",
    arn: (subject) => [arnOf("rds", subject.place, `pg:${subject.name("name")}`)],
    create: "CreateDBParameterGroup AddTagsToResource",
    manage:
      "DescribeDBParameterGroups DescribeDBParameters ModifyDBParameterGroup ResetDBParameterGroup DeleteDBParameterGroup ListTagsForResource RemoveTagsFromResource",
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    service: "rds",
    arn: (subject) => [arnOf("rds", subject.place, `subgrp:${subject.name("name")}`)],
    create: "CreateDBSubnetGroup AddTagsToResource",
    manage: "DescribeDBSubnetGroups ModifyDBSubnetGroup DeleteDBSubnetGroup ListTagsForResource RemoveTagsFromResource",
  },
  "aws:rds/eventSubscription:EventSubscription": {
    service: "rds",
    arn: (subject) => [arnOf("rds", subject.place, `es:${subject.name("name")}`)],
    create: "CreateEventSubscription AddTagsToResource",
    manage:
      "DescribeEventSubscriptions ModifyEventSubscription DeleteEventSubscription AddSourceIdentifierToSubscription RemoveSourceIdentifierFromSubscription ListTagsForResource RemoveTagsFromResource",
  },
  "aws:rds/proxy:Proxy": {
    service: "rds",
    by: "tags",
    arn: ({ place }) => [arnOf("rds", place, "db-proxy:*")],
    create: "CreateDBProxy",
    createsUnnamed: true,
    claim: "AddTagsToResource",
    manage:
      "DescribeDBProxies ModifyDBProxy DeleteDBProxy ListTagsForResource AddTagsToResource RemoveTagsFromResource DescribeDBProxyTargetGroups DescribeDBProxyTargets DeregisterDBProxyTargets",
    linkedRoles: ["rds.amazonaws.com"],
  },
  "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": {
    service: "rds",
    by: "tags",
    manage: "DescribeDBProxyTargetGroups",
    also: (subject) => [ofTargetGroup(subject, ["ModifyDBProxyTargetGroup"])],
  },
  "aws:rds/proxyTarget:ProxyTarget": {
    service: "rds",
    by: "tags",
    manage: "DescribeDBProxyTargets DeregisterDBProxyTargets",
    also: (subject) => [
      ofTargetGroup(subject, ["RegisterDBProxyTargets", "DeregisterDBProxyTargets", "DescribeDBProxyTargets"]),
      {
        service: "rds",
        actions: ["RegisterDBProxyTargets", "DeregisterDBProxyTargets"],
        resources: [arnOf("rds", subject.place, `db:${subject.name("dbInstanceIdentifier")}`)],
      },
    ],
  },
  "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": {
    service: "elasticache",
    form: "global",
    // ElastiCache puts letters of its own before every name.
    arn: (subject) => [datastoreArn(subject, `*-${subject.name("globalReplicationGroupIdSuffix")}`)],
    create: "CreateGlobalReplicationGroup",
    manage:
      "DescribeGlobalReplicationGroups ModifyGlobalReplicationGroup DisassociateGlobalReplicationGroup DeleteGlobalReplicationGroup",
    also: (subject) => [
      {
        service: "elasticache",
        actions: ["CreateGlobalReplicationGroup"],
        resources: [
          arnOf("elasticache", subject.place, `replicationgroup:${subject.name("primaryReplicationGroupId")}`),
        ],
      },
    ],
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    service: "elasticache",
    arn: (subject) => [
      arnOf("elasticache", subject.place, `replicationgroup:${subject.name("replicationGroupId")}`),
      // Its members, which it names after itself.
      arnOf("elasticache", subject.place, `cluster:${started(subject.name("replicationGroupId"))}`),
      arnOf("elasticache", subject.place, `snapshot:${started(subject.name("replicationGroupId"))}`),
    ],
    create: "CreateReplicationGroup AddTagsToResource",
    manage:
      "DescribeReplicationGroups DescribeCacheClusters ModifyReplicationGroup ModifyReplicationGroupShardConfiguration IncreaseReplicaCount DecreaseReplicaCount DeleteReplicationGroup CreateSnapshot ListTagsForResource RemoveTagsFromResource",
    also: (subject) => [...logged(), ...joined(subject)],
    through: "elasticache",
    linkedRoles: ["elasticache.amazonaws.com"],
  },
  "aws:elasticache/cluster:Cluster": {
    service: "elasticache",
    arn: (subject) => [arnOf("elasticache", subject.place, `cluster:${subject.name("clusterId")}`)],
    create: "CreateCacheCluster AddTagsToResource",
    manage: "DescribeCacheClusters ModifyCacheCluster DeleteCacheCluster ListTagsForResource RemoveTagsFromResource",
    also: logged,
    linkedRoles: ["elasticache.amazonaws.com"],
  },
  "aws:elasticache/parameterGroup:ParameterGroup": {
    service: "elasticache",
    arn: (subject) => [arnOf("elasticache", subject.place, `parametergroup:${subject.name("name")}`)],
    create: "CreateCacheParameterGroup AddTagsToResource",
    manage:
      "DescribeCacheParameterGroups DescribeCacheParameters ModifyCacheParameterGroup ResetCacheParameterGroup DeleteCacheParameterGroup ListTagsForResource RemoveTagsFromResource",
  },
  "aws:elasticache/subnetGroup:SubnetGroup": {
    service: "elasticache",
    arn: (subject) => [arnOf("elasticache", subject.place, `subnetgroup:${subject.name("name")}`)],
    create: "CreateCacheSubnetGroup AddTagsToResource",
    manage:
      "DescribeCacheSubnetGroups ModifyCacheSubnetGroup DeleteCacheSubnetGroup ListTagsForResource RemoveTagsFromResource",
  },
  "aws:opensearch/domain:Domain": {
    service: "es",
    arn: (subject) => [arnOf("es", subject.place, `domain/${subject.name("domainName")}`)],
    create: "CreateDomain AddTags",
    manage:
      "DescribeDomain DescribeDomainConfig DescribeDomainChangeProgress UpdateDomainConfig GetUpgradeStatus GetCompatibleVersions UpgradeDomain DeleteDomain ListTags RemoveTags",
    also: logged,
    through: "es",
    linkedRoles: ["opensearchservice.amazonaws.com"],
  },
};

/** The provider knows an instance by its resource id, which no ARN holds. */
function lookedUp({ place }: Subject): readonly Right[] {
  return [
    {
      service: "rds",
      actions: ["DescribeDBInstances"],
      resources: [arnOf("rds", place, "db:*")],
      reason: "the provider looks an instance up by its resource id, which no ARN holds",
    },
  ];
}

/** A primary of another region, and maybe of another stack, is told by its ARN. */
function replicated(subject: Subject): readonly Right[] {
  const { inputs, place } = subject;
  const source = inputs.replicateSourceDb;
  if (typeof source !== "string") {
    return [];
  }
  const [, , , region = place.region, , , name = source] = source.split(":");
  return [
    {
      service: "rds",
      actions: ["CreateDBInstanceReadReplica"],
      resources: [arnOf("rds", { ...place, region }, `db:${name}`)],
    },
  ];
}

/** The group of targets RDS makes with a proxy has a made-up id and no tags. */
function ofTargetGroup({ place }: Subject, actions: readonly string[]): Right {
  return {
    service: "rds",
    actions,
    resources: [arnOf("rds", place, "target-group:*")],
    reason: "RDS makes the group of a proxy's targets itself, under an id it makes up and without tags",
  };
}

/** A group that joins a Global Datastore is made in it, and leaves it before it goes. */
function joined(subject: Subject): readonly Right[] {
  return subject.inputs.globalReplicationGroupId === undefined
    ? []
    : [
        {
          service: "elasticache",
          actions: ["CreateReplicationGroup", "DisassociateGlobalReplicationGroup", "DescribeGlobalReplicationGroups"],
          resources: [datastoreArn(subject, "*")],
          reason: "ElastiCache makes up the first letters of a datastore's name",
        },
      ];
}

function datastoreArn({ place }: Subject, name: string): string {
  return arnOf("elasticache", place, `globalreplicationgroup:${name}`, "global");
}

/** RDS keeps the password itself, with the rights of whoever makes the instance. */
function managedPassword({ place }: Subject): readonly Right[] {
  return [
    {
      service: "secretsmanager",
      actions: ["CreateSecret", "TagResource"],
      resources: [arnOf("secretsmanager", place, "secret:rds!db-*")],
    },
  ];
}

/** What delivers logs of a service to a log group, which takes no resource. */
function logged(): readonly Right[] {
  return [
    {
      service: "logs",
      actions: [
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "DescribeLogGroups",
        "DescribeResourcePolicies",
        "GetLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "UpdateLogDelivery",
      ],
      resources: ["*"],
    },
  ];
}

function finalSnapshot(subject: Subject): string {
  return typeof subject.inputs.finalSnapshotIdentifier === "string"
    ? subject.name("finalSnapshotIdentifier")
    : subject.name("identifier");
}

/** Names that begin with this one. */
function started(name: string): string {
  return name.endsWith("*") ? name : `${name}*`;
}
