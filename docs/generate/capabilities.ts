/** What gives a capability on one cloud: resources this program makes, or why there is none. */
export type Means = readonly string[] | { readonly none: string };

export interface Capability {
  readonly area: string;
  readonly what: string;
  readonly aws: Means;
  readonly gcp: Means;
}

const capability = (area: string, what: string, aws: string | Means, gcp: string | Means): Capability => ({
  area,
  what,
  aws: typeof aws === "string" ? aws.split(" ").map((name) => `aws.${name}`) : aws,
  gcp: typeof gcp === "string" ? gcp.split(" ").map((name) => `gcp.${name}`) : gcp,
});

/** Every capability a model may ask of a cloud. Each resource class a component makes belongs to at least one. */
export const capabilities: readonly Capability[] = [
  capability(
    "Networking",
    "a private network with subnets",
    "ec2.Vpc ec2.Subnet ec2.RouteTable ec2.RouteTableAssociation ec2.Route ec2.InternetGateway",
    "compute.Network compute.Subnetwork projects.Service",
  ),
  capability(
    "Networking",
    "a way out without public addresses",
    "ec2.NatGateway ec2.Eip",
    "compute.Router compute.RouterNat",
  ),
  capability(
    "Networking",
    "closed by default, opened by identity",
    "ec2.DefaultSecurityGroup ec2.SecurityGroup vpc.SecurityGroupIngressRule vpc.SecurityGroupEgressRule",
    "compute.Firewall",
  ),
  capability("Networking", "flow logs", "ec2.FlowLog", "compute.Subnetwork"),
  capability(
    "Networking",
    "private ways to managed services",
    "ec2.VpcEndpoint",
    "servicenetworking.Connection networkconnectivity.ServiceConnectionPolicy compute.GlobalAddress",
  ),
  capability(
    "Networking",
    "regions that reach each other",
    "ec2.VpcPeeringConnection ec2.VpcPeeringConnectionAccepter",
    {
      none: "one network spans every region",
    },
  ),
  capability(
    "Cluster",
    "a private, hardened control plane",
    "eks.Cluster eks.AccessEntry eks.AccessPolicyAssociation eks.Addon",
    "container.Cluster",
  ),
  capability("Cluster", "node pools, spot among them", "eks.NodeGroup ec2.LaunchTemplate", "container.NodePool"),
  capability(
    "Cluster",
    "nodes for pods that find no place, and a warning before spot capacity goes",
    "sqs.Queue sqs.QueuePolicy cloudwatch.EventRule cloudwatch.EventTarget",
    "container.NodePool",
  ),
  capability(
    "Cluster",
    "only images that are listed, or signed by whom one trusts",
    { none: "EKS asks nobody: it is a matter of a controller in the cluster, such as Kyverno" },
    "binaryauthorization.Policy",
  ),
  capability("Cluster", "pods without nodes", "eks.FargateProfile", {
    none: "GKE gives them by Autopilot, a mode of a whole cluster: pools and pods without nodes do not go together",
  }),
  capability(
    "Cluster",
    "identities for pods, one per edge",
    "eks.PodIdentityAssociation iam.Role iam.RolePolicy iam.RolePolicyAttachment iam.OpenIdConnectProvider",
    "projects.IAMMember storage.BucketIAMMember secretmanager.SecretIamMember",
  ),
  capability(
    "Data",
    "PostgreSQL that fails over, with replicas",
    "rds.Instance rds.ParameterGroup rds.SubnetGroup rds.EventSubscription",
    "sql.DatabaseInstance sql.Database sql.User",
  ),
  capability(
    "Data",
    "connections that clients of a database share, for databases that `groundplan:compute.pooledDatabases` names",
    "rds.Proxy rds.ProxyDefaultTargetGroup rds.ProxyTarget",
    { none: "managed pooling of Cloud SQL needs the Enterprise Plus edition; clients pool by themselves" },
  ),
  capability(
    "Data",
    "Redis, single and in shards",
    "elasticache.ReplicationGroup elasticache.ParameterGroup elasticache.SubnetGroup",
    "redis.Instance redis.Cluster",
  ),
  capability(
    "Data",
    "a Redis that all regions have in common, for stores that `groundplan:compute.globalCaches` names",
    "elasticache.GlobalReplicationGroup",
    { none: "each region has its own: Memorystore replicates between regions for clusters alone" },
  ),
  capability(
    "Data",
    "Memcached as a service, for stores that `groundplan:compute.managedStores` names",
    "elasticache.Cluster",
    "memcache.Instance",
  ),
  capability(
    "Data",
    "search as a service, for stores that `groundplan:compute.managedStores` names; vectors run in the cluster",
    "opensearch.Domain cloudwatch.LogResourcePolicy",
    { none: "Google Cloud sells none: it runs in the cluster, as on AWS where no setting says otherwise" },
  ),
  capability(
    "Storage",
    "buckets: private, encrypted, versioned, logged, with a lifecycle",
    "s3.Bucket s3.BucketLifecycleConfiguration s3.BucketLogging s3.BucketOwnershipControls s3.BucketPolicy s3.BucketPublicAccessBlock s3.BucketServerSideEncryptionConfiguration s3.BucketVersioning",
    "storage.Bucket",
  ),
  capability("Storage", "copies in another region", "s3.BucketReplicationConfig", "storage.Bucket"),
  capability(
    "Storage",
    "objects nobody can delete before their time",
    "s3.BucketObjectLockConfiguration",
    "storage.Bucket",
  ),
  capability(
    "Storage",
    "files several pods write to",
    "efs.FileSystem efs.FileSystemPolicy efs.MountTarget efs.AccessPoint efs.BackupPolicy",
    "filestore.Instance",
  ),
  capability(
    "Storage",
    "a repository for the system's images: encrypted, scanned, with tags that never move",
    "ecr.Repository ecr.LifecyclePolicy",
    "artifactregistry.Repository artifactregistry.RepositoryIamMember",
  ),
  capability(
    "Secrets",
    "a rotating key per concern",
    "kms.Key kms.KeyPolicy kms.Alias",
    "kms.KeyRing kms.CryptoKey kms.CryptoKeyIAMMember projects.ServiceIdentity",
  ),
  capability(
    "Secrets",
    "secrets read by one identity",
    "secretsmanager.Secret secretsmanager.SecretVersion",
    "secretmanager.Secret secretmanager.SecretVersion secretmanager.SecretIamMember",
  ),
  capability(
    "Secrets",
    "events of every secret",
    { none: "CloudTrail tells of them, where it is on" },
    "pubsub.Topic pubsub.TopicIAMMember",
  ),
  capability(
    "Secrets",
    "passwords of databases and caches, and values made up, that turn by themselves on both sides",
    "secretsmanager.SecretRotation lambda.Function lambda.Permission",
    { none: "Secret Manager changes no secret: at its hour it tells of it, and somebody or something else has to act" },
  ),
  capability(
    "Secrets",
    "a word when a secret is due for a new value, kept until somebody acts on it",
    { none: "Secrets Manager turns what can be changed on both sides; the rest is named among what is given in part" },
    "secretmanager.Secret pubsub.Subscription monitoring.AlertPolicy",
  ),
  capability(
    "Edge",
    "HTTPS with a TLS floor and a redirect",
    "lb.LoadBalancer lb.Listener lb.ListenerRule lb.TargetGroup",
    "compute.GlobalForwardingRule compute.TargetHttpsProxy compute.TargetHttpProxy compute.URLMap compute.SSLPolicy compute.BackendService compute.HealthCheck compute.GlobalAddress",
  ),
  capability(
    "Edge",
    "certificates that renew themselves",
    "acm.Certificate acm.CertificateValidation",
    "certificatemanager.Certificate certificatemanager.CertificateMap certificatemanager.CertificateMapEntry certificatemanager.DnsAuthorization",
  ),
  capability(
    "Edge",
    "a web application firewall with rate limits",
    "wafv2.WebAcl wafv2.WebAclAssociation wafv2.WebAclLoggingConfiguration",
    "compute.SecurityPolicy",
  ),
  capability(
    "Edge",
    "a CDN",
    "cloudfront.Distribution cloudfront.CachePolicy cloudfront.ResponseHeadersPolicy",
    "compute.BackendService",
  ),
  capability(
    "Edge",
    "objects of a private bucket by the CDN, below a path of the system's own hosts",
    "cloudfront.OriginAccessControl cloudfront.Function",
    {
      none: "a backend bucket reads by itself only what the whole world may: services hand out the objects, or signed links to them",
    },
  ),
  capability("Edge", "names in a zone of yours", "route53.Record", "dns.RecordSet"),
  capability(
    "Edge",
    "answers by who is near and well",
    "route53.Record route53.HealthCheck",
    "compute.GlobalForwardingRule",
  ),
  capability(
    "Edge",
    "records by distance and health: on Google Cloud where placements are on both clouds, as one anycast address answers for all of its regions",
    "route53.Record route53.HealthCheck",
    "dns.RecordSet compute.HealthCheck",
  ),
  capability(
    "Edge",
    "addresses that never change, for records of another cloud",
    "globalaccelerator.Accelerator globalaccelerator.Listener globalaccelerator.EndpointGroup",
    "compute.GlobalAddress",
  ),
  capability(
    "Edge",
    "paid protection against floods",
    { none: "Shield Advanced is a subscription of a year that a person signs" },
    "compute.ProjectCloudArmorTier",
  ),
  capability(
    "Host",
    "a machine with a data disk that outlives it",
    "ec2.Instance iam.InstanceProfile ebs.Volume ec2.VolumeAttachment ec2.NetworkInterface ec2.Eip",
    "compute.Instance compute.Disk compute.Address serviceaccount.Account artifactregistry.RepositoryIamMember",
  ),
  capability(
    "Host",
    "snapshots by the day",
    "dlm.LifecyclePolicy",
    "compute.ResourcePolicy compute.DiskResourcePolicyAttachment",
  ),
  capability(
    "Observability",
    "alerts on what the cloud runs",
    "cloudwatch.MetricAlarm sns.Topic sns.TopicPolicy sns.TopicSubscription",
    "monitoring.AlertPolicy monitoring.NotificationChannel monitoring.MetricDescriptor",
  ),
  capability("Observability", "checks from outside", "route53.HealthCheck", "monitoring.UptimeCheckConfig"),
  capability("Observability", "traces in the cloud's own service, where a system asks for it", "iam.RolePolicy", {
    none: "Tempo in the cluster takes its place",
  }),
  capability(
    "Observability",
    "logs kept as long as the environment says",
    "cloudwatch.LogGroup cloudwatch.LogDelivery cloudwatch.LogDeliveryDestination cloudwatch.LogDeliverySource",
    "logging.ProjectBucketConfig",
  ),
  capability(
    "Observability",
    "who did what, where it cannot be altered",
    "cloudtrail.Trail",
    "projects.IAMAuditConfig logging.ProjectSink logging.ProjectBucketConfig logging.ProjectExclusion",
  ),
  capability(
    "Observability",
    "detection of intruders",
    "guardduty.Detector guardduty.DetectorFeature cloudwatch.EventRule cloudwatch.EventTarget",
    { none: "Security Command Center is activated by a person, who accepts its price" },
  ),
  capability("Observability", "a budget", "budgets.Budget", "billing.Budget"),
  capability(
    "Operations",
    "hours of placements outside production",
    "scheduler.Schedule",
    "workflows.Workflow cloudscheduler.Job projects.IAMCustomRole",
  ),
];
