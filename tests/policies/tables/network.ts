import { type CaseTable, chosen, flag, missing, one, unflagged } from "../cases";
import { deployment, namespace, release } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

const endpoint = (service: string): TestResource => ({
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  name: service,
  props: { vpcId: "vpc-1", serviceName: `com.amazonaws.us-east-1.${service}` },
});
const vpc: readonly TestResource[] = [
  { type: "aws:ec2/vpc:Vpc", name: "main", props: { id: "vpc-1", cidrBlock: "10.0.0.0/16" } },
  { type: "aws:ec2/flowLog:FlowLog", props: { vpcId: "vpc-1" } },
  { type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", props: { vpcId: "vpc-1", ingress: [], egress: [] } },
  ...["s3", "ecr.api", "ecr.dkr", "sts", "secretsmanager", "kms", "logs"].map(endpoint),
];
const subnetwork = one("gcp:compute/subnetwork:Subnetwork", { logConfig: {}, privateIpGoogleAccess: true });
const group: readonly TestResource[] = [
  {
    type: "aws:ec2/securityGroup:SecurityGroup",
    props: {
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"], description: "HTTPS" }],
      egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"], description: "HTTPS out" }],
    },
  },
  {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    props: { ipProtocol: "tcp", fromPort: 5432, toPort: 5432, cidrIpv4: "10.0.0.0/16", description: "Postgres" },
  },
  {
    type: "aws:ec2/securityGroupRule:SecurityGroupRule",
    props: {
      type: "egress",
      protocol: "tcp",
      fromPort: 443,
      toPort: 443,
      ipv6CidrBlocks: ["::/0"],
      description: "HTTPS",
    },
  },
];
const firewall = one("gcp:compute/firewall:Firewall", {
  direction: "INGRESS",
  sourceRanges: ["35.191.0.0/16"],
  allows: [{ protocol: "tcp", ports: ["20-8080"] }],
});
const gke = one("gcp:container/cluster:Cluster", {
  privateClusterConfig: { enablePrivateNodes: true },
  masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "10.0.0.0/8" }] },
});
const bucket: readonly TestResource[] = [
  { type: "aws:s3/bucket:Bucket", name: "shop", props: { bucket: "shop" } },
  {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    props: {
      bucket: "shop",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
  },
];
const distribution = one("aws:cloudfront/distribution:Distribution", {
  webAclId: "acl",
  origins: [{ originAccessControlId: "oac" }, { customOriginConfig: {} }],
  defaultCacheBehavior: { responseHeadersPolicyId: "headers" },
  orderedCacheBehaviors: [{ responseHeadersPolicyId: "headers" }],
});
const HSTS = "securityHeadersConfig.strictTransportSecurity";
const balancer: readonly TestResource[] = [
  {
    type: "aws:lb/loadBalancer:LoadBalancer",
    props: { arn: "arn:lb", dropInvalidHeaderFields: true, desyncMitigationMode: "defensive" },
  },
  { type: "aws:wafv2/webAclAssociation:WebAclAssociation", props: { resourceArn: "arn:lb" } },
];
const armor = one("gcp:compute/securityPolicy:SecurityPolicy", {
  rules: [{ action: "deny(403)", match: { expr: { expression: "evaluatePreconfiguredWaf('cve-canary')" } } }],
});
const proxy: readonly TestResource[] = [
  { type: "gcp:compute/targetHttpProxy:TargetHttpProxy", props: { urlMap: "redirect" } },
  { type: "gcp:compute/uRLMap:URLMap", props: { id: "redirect", defaultUrlRedirect: { httpsRedirect: true } } },
];
const deny: TestResource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "deny",
  props: {
    metadata: { name: "deny", namespace: "shop" },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  },
};
const allow: TestResource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "allow",
  props: {
    metadata: { name: "app", namespace: "shop" },
    spec: {
      podSelector: { matchLabels: { app: "app" }, matchExpressions: [{ key: "app", operator: "In", values: ["app"] }] },
      policyTypes: ["Ingress"],
      ingress: [{ from: [] }],
    },
  },
};
const ingress = one("kubernetes:networking.k8s.io/v1:Ingress", {
  metadata: { name: "app", namespace: "shop", annotations: {} },
  spec: { tls: [{ hosts: ["shop.example.com"], secretName: "tls" }], rules: [{ host: "shop.example.com" }] },
});
const service = one("kubernetes:core/v1:Service", { metadata: { namespace: "shop" }, spec: { type: "ClusterIP" } });

export const table: CaseTable = {
  "vpc-flow-log": {
    base: vpc,
    fails: [
      { at: "", to: DELETE, on: 1, message: "no FlowLog names the VPC" },
      { at: "vpcId", to: "vpc-2", on: 1, message: "no FlowLog names the VPC" },
    ],
    unknown: [{ at: "vpcId", on: 1 }],
  },
  "vpc-default-security-group-adopted": {
    base: vpc,
    fails: [{ at: "", to: DELETE, on: 2, message: "no DefaultSecurityGroup names the VPC" }],
    unknown: [{ at: "vpcId", on: 2 }],
  },
  "default-security-group-empty": {
    base: vpc,
    fails: [{ at: "ingress", to: [{ self: true }], on: 2, message: "ingress is not empty" }],
    unknown: [{ at: "egress", on: 2 }],
  },
  "subnet-no-public-addresses": unflagged(
    one("aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: false }),
    "mapPublicIpOnLaunch",
  ),
  "vpc-private-endpoints": {
    base: vpc,
    fails: [
      { at: "", to: DELETE, on: 9, message: "no VpcEndpoint for logs" },
      {
        at: "cidrBlock",
        to: "10.1.0.0/16",
        config: { services: ["s3", "sqs"] },
        message: "no VpcEndpoint for sqs",
      },
    ],
    unknown: [{ at: "serviceName", on: 3 }],
  },
  "gcp-network-custom-mode": {
    base: one("gcp:compute/network:Network", { autoCreateSubnetworks: false }),
    fails: [
      { at: "autoCreateSubnetworks", to: true, message: "autoCreateSubnetworks is true, not false" },
      { at: "autoCreateSubnetworks", to: DELETE, message: "autoCreateSubnetworks is unset, not false" },
    ],
    unknown: ["autoCreateSubnetworks"],
  },
  "gcp-subnet-flow-logs": missing(subnetwork, "logConfig"),
  "gcp-subnet-private-access": flag(subnetwork, "privateIpGoogleAccess"),
  "instance-no-public-address": {
    base: [
      { type: "aws:ec2/instance:Instance", props: { associatePublicIpAddress: false } },
      { type: "gcp:compute/instance:Instance", props: { networkInterfaces: [{ network: "main" }] } },
    ],
    fails: [
      { at: "associatePublicIpAddress", to: true, message: "associatePublicIpAddress is true" },
      {
        at: "networkInterfaces.0.accessConfigs",
        to: [{}],
        on: 1,
        message: "networkInterfaces[0].accessConfigs is not empty",
      },
    ],
    unknown: ["associatePublicIpAddress", { at: "networkInterfaces", on: 1 }].map((entry) =>
      typeof entry === "string" ? { at: entry } : entry,
    ),
  },
  "security-group-no-world-ingress": {
    base: group,
    fails: [
      { at: "ingress.0.fromPort", to: 22, message: "ingress[0]: port 22 is open to the world" },
      { at: "cidrIpv4", to: "0.0.0.0/0", on: 1, message: "port 5432 is open to the world" },
      { at: "cidrIpv4", to: "203.0.113.9/0", on: 1, message: "port 5432 is open to the world" },
      { at: "cidrIpv4", to: "128.0.0.0/1", on: 1, message: "port 5432 is open to the world" },
      { at: "cidrIpv6", to: "::/0", on: 1, message: "port 5432 is open to the world" },
    ],
    unknown: [{ at: "cidrIpv4", on: 1 }, { at: "ingress.0.cidrBlocks" }],
  },
  "security-group-no-all-protocols": {
    base: group,
    fails: [
      { at: "ingress.0.protocol", to: "-1", message: "ingress[0]: protocol is -1, every protocol and port" },
      { at: "ipProtocol", to: "-1", on: 1, message: "protocol is -1, every protocol and port" },
    ],
    unknown: [{ at: "ipProtocol", on: 1 }],
  },
  "security-group-rules-described": {
    base: group,
    fails: [
      { at: "egress.0.description", to: DELETE, message: "egress[0]: description is not set" },
      { at: "description", to: "", on: 1, message: "description is not set" },
    ],
    unknown: ["ingress.0.description"],
  },
  "security-group-world-egress": {
    base: group,
    fails: [
      { at: "egress.0.protocol", to: "-1", message: "egress[0]: every protocol is open to the world" },
      { at: "protocol", to: "-1", on: 2, message: "every protocol is open to the world" },
    ],
    unknown: ["egress.0.protocol"],
  },
  "gcp-firewall-no-world-ingress": {
    base: firewall,
    fails: [
      {
        at: "sourceRanges",
        to: ["0.0.0.0/0"],
        message: "allows[0]: 22, 3389, 5432, 3306, 6379, 6333, 2375, 2376 of tcp is open to the world",
      },
      {
        at: "sourceRanges",
        to: DELETE,
        message: "allows[0]: 22, 3389, 5432, 3306, 6379, 6333, 2375, 2376 of tcp is open to the world",
      },
    ],
    unknown: ["sourceRanges"],
  },
  "eks-node-group-ssh-restricted": {
    base: one("aws:eks/nodeGroup:NodeGroup", {
      remoteAccess: { ec2SshKey: "admin", sourceSecurityGroupIds: ["sg-1"] },
    }),
    fails: [
      {
        at: "remoteAccess.sourceSecurityGroupIds",
        to: [],
        message: "remoteAccess.ec2SshKey is set without sourceSecurityGroupIds",
      },
      {
        at: "remoteAccess",
        to: { ec2SshKey: "admin" },
        message: "remoteAccess.ec2SshKey is set without sourceSecurityGroupIds",
      },
    ],
    passes: [
      { at: "remoteAccess", to: DELETE },
      { at: "remoteAccess", to: { sourceSecurityGroupIds: [] } },
    ],
    unknown: ["remoteAccess.ec2SshKey", "remoteAccess.sourceSecurityGroupIds"],
  },
  "eks-endpoint-restricted": {
    base: one("aws:eks/cluster:Cluster", {
      vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
    }),
    fails: [
      {
        at: "vpcConfig.publicAccessCidrs",
        to: ["203.0.113.0/24", "0.0.0.0/0"],
        message: "vpcConfig.endpointPublicAccess is on for the whole world",
      },
      {
        at: "vpcConfig.publicAccessCidrs",
        to: ["0.0.0.0/0"],
        message: "vpcConfig.endpointPublicAccess is on for the whole world",
      },
      {
        at: "vpcConfig.publicAccessCidrs",
        to: DELETE,
        message: "vpcConfig.endpointPublicAccess is on for the whole world",
      },
    ],
    unknown: ["vpcConfig.endpointPublicAccess", "vpcConfig.publicAccessCidrs"],
  },
  "gke-private-nodes": flag(gke, "privateClusterConfig.enablePrivateNodes"),
  "gke-authorized-networks": {
    base: gke,
    fails: [
      { at: "masterAuthorizedNetworksConfig", to: DELETE, message: "masterAuthorizedNetworksConfig is not set" },
      {
        at: "masterAuthorizedNetworksConfig.cidrBlocks.0.cidrBlock",
        to: "0.0.0.0/0",
        message: "cidrBlocks[0] is the whole world",
      },
    ],
    unknown: ["masterAuthorizedNetworksConfig"],
  },
  "rds-not-public": unflagged(one("aws:rds/instance:Instance", { publiclyAccessible: false }), "publiclyAccessible"),
  "elasticache-own-subnet-group": {
    base: one("aws:elasticache/replicationGroup:ReplicationGroup", { subnetGroupName: "data" }),
    fails: [
      { at: "subnetGroupName", to: DELETE, message: "subnetGroupName is unset" },
      { at: "subnetGroupName", to: "default", message: 'subnetGroupName is "default"' },
    ],
    unknown: ["subnetGroupName"],
  },
  "cloud-sql-private": {
    base: one("gcp:sql/databaseInstance:DatabaseInstance", { settings: { ipConfiguration: { ipv4Enabled: false } } }),
    fails: [
      {
        at: "settings.ipConfiguration.ipv4Enabled",
        to: DELETE,
        message: "settings.ipConfiguration.ipv4Enabled is unset, not false",
      },
    ],
    unknown: ["settings.ipConfiguration.ipv4Enabled"],
  },
  "s3-public-access-blocked": {
    base: bucket,
    fails: ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((field) => ({
      at: field,
      to: false,
      on: 1,
      message: `${field} is false, not true`,
    })),
    unknown: [{ at: "blockPublicPolicy", on: 1 }],
  },
  "s3-bucket-has-public-access-block": {
    base: bucket,
    fails: [{ at: "", to: DELETE, on: 1, message: "no BucketPublicAccessBlock names the bucket" }],
    unknown: [{ at: "bucket", on: 1 }],
  },
  "gcs-public-access-prevented": chosen(
    one("gcp:storage/bucket:Bucket", { publicAccessPrevention: "enforced" }),
    "publicAccessPrevention",
    "inherited",
    "enforced",
  ),
  "cloudfront-waf": missing(distribution, "webAclId"),
  "cloudfront-origin-access-control": {
    base: distribution,
    fails: [
      { at: "origins.0.originAccessControlId", to: DELETE, message: "origins[0].originAccessControlId is not set" },
    ],
    unknown: ["origins.0.originAccessControlId"],
  },
  "cloudfront-security-headers": {
    base: distribution,
    fails: [
      {
        at: "defaultCacheBehavior.responseHeadersPolicyId",
        to: DELETE,
        message: "defaultCacheBehavior.responseHeadersPolicyId is not set",
      },
      {
        at: "orderedCacheBehaviors.0.responseHeadersPolicyId",
        to: DELETE,
        message: "orderedCacheBehaviors[0].responseHeadersPolicyId is not set",
      },
    ],
    unknown: ["defaultCacheBehavior.responseHeadersPolicyId"],
  },
  "response-headers-strict-transport": {
    base: one("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", {
      securityHeadersConfig: {
        strictTransportSecurity: { accessControlMaxAgeSec: 31536000, includeSubdomains: true, override: true },
      },
    }),
    fails: [
      {
        at: `${HSTS}.accessControlMaxAgeSec`,
        to: 300,
        message: "accessControlMaxAgeSec is 300, not a year or more",
      },
      { at: `${HSTS}.includeSubdomains`, to: false, message: "includeSubdomains is not true" },
      { at: `${HSTS}.override`, to: false, message: "override is not true" },
    ],
    unknown: [`${HSTS}.accessControlMaxAgeSec`],
  },
  "alb-drops-invalid-headers": flag(balancer, "dropInvalidHeaderFields"),
  "alb-desync-mitigation": chosen(balancer, "desyncMitigationMode", "monitor", "defensive or strictest"),
  "alb-waf": {
    base: balancer,
    fails: [{ at: "", to: DELETE, on: 1, message: "no WebAclAssociation names the load balancer" }],
    unknown: [{ at: "resourceArn", on: 1 }],
  },
  "cloud-armor-log4j": {
    base: armor,
    fails: [
      { at: "rules.0.action", to: "allow", message: "no enforced rule denies cve-canary" },
      { at: "rules.0.preview", to: true, message: "no enforced rule denies cve-canary" },
      { at: "rules", to: [], message: "no enforced rule denies cve-canary" },
    ],
    unknown: ["rules"],
  },
  "gcp-http-proxy-redirects": {
    base: proxy,
    fails: [
      {
        at: "defaultUrlRedirect.httpsRedirect",
        to: false,
        on: 1,
        message: "its URL map does not redirect to HTTPS",
      },
      { at: "urlMap", to: "other", message: "its URL map does not redirect to HTTPS" },
    ],
    unknown: ["urlMap"],
  },
  "namespace-default-deny": {
    base: [namespace, deny],
    fails: [
      { at: "", to: DELETE, on: 1, message: "namespace shop has no NetworkPolicy that denies all" },
      {
        at: "spec.policyTypes",
        to: ["Ingress"],
        on: 1,
        message: "namespace shop has no NetworkPolicy that denies all",
      },
      {
        at: "spec.podSelector.matchLabels",
        to: { app: "app" },
        on: 1,
        message: "namespace shop has no NetworkPolicy that denies all",
      },
      { at: "spec.egress", to: [{}], on: 1, message: "namespace shop has no NetworkPolicy that denies all" },
    ],
    unknown: [{ at: "metadata.namespace", on: 1 }],
  },
  "pod-selected-by-network-policy": {
    base: [deployment, allow],
    fails: [
      { at: "", to: DELETE, on: 1, message: "no NetworkPolicy in namespace shop selects its pods" },
      {
        at: "spec.podSelector.matchLabels.app",
        to: "other",
        on: 1,
        message: "no NetworkPolicy in namespace shop selects its pods",
      },
      {
        at: "spec.podSelector.matchExpressions.0.operator",
        to: "NotIn",
        on: 1,
        message: "no NetworkPolicy in namespace shop selects its pods",
      },
      {
        at: "metadata.namespace",
        to: "other",
        on: 1,
        message: "no NetworkPolicy in namespace shop selects its pods",
      },
    ],
    unknown: [{ at: "spec.podSelector", on: 1 }],
  },
  "ingress-tls": {
    base: ingress,
    fails: [
      { at: "spec.tls", to: DELETE, message: "spec.tls does not cover shop.example.com" },
      { at: "spec.rules.1", to: { host: "other.example.com" }, message: "spec.tls does not cover other.example.com" },
    ],
    unknown: ["spec.tls"],
  },
  "ingress-no-snippets": {
    base: ingress,
    fails: [
      {
        at: ["metadata", "annotations", "example.com/server-snippet"],
        to: "return 200;",
        message: "annotation example.com/server-snippet injects configuration",
      },
    ],
    unknown: ["metadata.annotations"],
  },
  "ingress-no-retired-controller": {
    base: [
      ...ingress,
      {
        type: "kubernetes:networking.k8s.io/v1:IngressClass",
        props: { spec: { controller: "traefik.io/ingress-controller" } },
      },
    ],
    fails: [
      {
        at: ["metadata", "annotations", "nginx.ingress.kubernetes.io/limit-rps"],
        to: "100",
        message: "annotation nginx.ingress.kubernetes.io/limit-rps is of ingress-nginx",
      },
      {
        at: "spec.controller",
        to: "k8s.io/ingress-nginx",
        on: 1,
        message: "spec.controller is k8s.io/ingress-nginx",
      },
    ],
    unknown: ["metadata.annotations"],
  },
  "service-not-on-node": {
    base: service,
    fails: [
      { at: "spec.type", to: "NodePort", message: "spec.type is NodePort" },
      { at: "spec.externalIPs", to: ["203.0.113.1"], message: "spec.externalIPs is set" },
    ],
    unknown: ["spec.type"],
  },
  "helm-network-policy-on": {
    base: [release],
    fails: [
      { at: "values.networkPolicy.enabled", to: false, message: "values.networkPolicy.enabled is false" },
      {
        at: "values.server.networkPolicies",
        to: { create: false },
        message: "values.server.networkPolicies.create is false",
      },
    ],
    unknown: ["values.networkPolicy.enabled"],
  },
  "helm-load-balancer-restricted": {
    base: [
      release,
      {
        ...release,
        name: "restricted",
        props: {
          ...release.props,
          values: {
            service: { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] },
            internal: {
              spec: { type: "LoadBalancer" },
              annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
            },
          },
        },
      },
    ],
    fails: [
      {
        at: "values.server.service.type",
        to: "LoadBalancer",
        message: "values.server.service.type is LoadBalancer, and no loadBalancerSourceRanges is set",
      },
      {
        at: "values.service.loadBalancerSourceRanges.0",
        to: "0.0.0.0/0",
        on: 1,
        message: "values.service.type is LoadBalancer, and loadBalancerSourceRanges is the world",
      },
      {
        at: "values.internal.annotations",
        to: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing" },
        on: 1,
        message: "values.internal.type is LoadBalancer, and no loadBalancerSourceRanges is set",
      },
    ],
    unknown: ["values.server.service.type"],
  },
};
