import { type AwsRow, type AwsTable, arnOf, type Subject, textOf } from "./row";

/** Ids of accelerators are made up when they are made, and a listener's and a group's begin with theirs. */
const accelerated = (open: string, actions: string): AwsRow => ({
  service: "globalaccelerator",
  manage: "",
  open,
  also: ({ place }) => [
    {
      service: "globalaccelerator",
      actions: actions.split(" "),
      resources: [arnOf("globalaccelerator", place, "accelerator/*", "global")],
      reason: "Global Accelerator gives each an id of its own",
    },
  ],
});
const zone = (subject: Subject) => [arnOf("route53", subject.place, `hostedzone/${subject.name("zoneId")}`, "bare")];
const cloudfront =
  (kind: string) =>
  ({ place }: Subject) => [arnOf("cloudfront", place, `${kind}/*`, "global")];
/** What of CloudFront takes no tags: known by nothing before it is made. */
const UNTAGGABLE = "CloudFront gives it an id of its own, and it takes no tags";

function plain(kind: string, name: string) {
  return {
    service: "cloudfront",
    manage: "",
    open: `Create${name}`,
    also: (subject: Subject) => [
      {
        service: "cloudfront",
        actions: [`Get${name}`, `Update${name}`, `Delete${name}`],
        resources: cloudfront(kind)(subject),
        reason: UNTAGGABLE,
      },
    ],
  };
}

/** Name of the balancer a firewall stands before, from its ARN. */
function balancerOf(subject: Subject): string {
  return /:loadbalancer\/app\/([^/]+)\//.exec(textOf(subject, "resourceArn") ?? "")?.[1] ?? "*";
}

/** The entrance: balancers, certificates, firewalls, the CDN and records. */
export const EDGE: AwsTable = {
  "aws:acm/certificate:Certificate": {
    service: "acm",
    by: "tags",
    arn: ({ place }) => [arnOf("acm", place, "certificate/*")],
    create: "RequestCertificate",
    createsUnnamed: true,
    claim: "AddTagsToCertificate",
    manage:
      "DescribeCertificate DeleteCertificate UpdateCertificateOptions ListTagsForCertificate AddTagsToCertificate RemoveTagsFromCertificate",
  },
  "aws:acm/certificateValidation:CertificateValidation": { service: "acm", by: "tags", manage: "DescribeCertificate" },
  "aws:lb/loadBalancer:LoadBalancer": {
    service: "elasticloadbalancing",
    arn: (subject) => {
      const name = subject.name("name");
      // Listeners and rules carry their balancer's name.
      return [`loadbalancer/app/${name}/*`, `listener/app/${name}/*`, `listener-rule/app/${name}/*`].map((tail) =>
        arnOf("elasticloadbalancing", subject.place, tail),
      );
    },
    create: "CreateLoadBalancer AddTags",
    manage: "ModifyLoadBalancerAttributes SetIpAddressType SetSecurityGroups SetSubnets DeleteLoadBalancer RemoveTags",
    open: "DescribeLoadBalancers DescribeLoadBalancerAttributes DescribeTags DescribeCapacityReservation",
    also: () => [
      {
        service: "ec2",
        actions: [
          "DescribeAccountAttributes",
          "DescribeAddresses",
          "DescribeInternetGateways",
          "DescribeSecurityGroups",
          "DescribeSubnets",
          "DescribeVpcs",
        ],
        resources: ["*"],
      },
    ],
    linkedRoles: ["elasticloadbalancing.amazonaws.com"],
  },
  "aws:lb/listener:Listener": {
    service: "elasticloadbalancing",
    create: "CreateListener AddTags",
    manage: "ModifyListener ModifyListenerAttributes DeleteListener RemoveTags",
    open: "DescribeListeners DescribeListenerAttributes DescribeTags",
  },
  "aws:lb/listenerRule:ListenerRule": {
    service: "elasticloadbalancing",
    create: "CreateRule AddTags",
    manage: "ModifyRule SetRulePriorities DeleteRule RemoveTags",
    open: "DescribeRules DescribeTags",
  },
  "aws:lb/targetGroup:TargetGroup": {
    service: "elasticloadbalancing",
    arn: (subject) => [arnOf("elasticloadbalancing", subject.place, `targetgroup/${subject.name("name")}/*`)],
    create: "CreateTargetGroup AddTags",
    manage: "ModifyTargetGroup ModifyTargetGroupAttributes DeleteTargetGroup RemoveTags",
    open: "DescribeTargetGroups DescribeTargetGroupAttributes DescribeTags",
  },
  "aws:wafv2/webAcl:WebAcl": {
    service: "wafv2",
    arn: (subject) => {
      const scope = textOf(subject, "scope") === "CLOUDFRONT" ? "global" : "regional";
      return [
        arnOf("wafv2", subject.place, `${scope}/webacl/${subject.name("name")}/*`),
        // The rules that AWS keeps, which the list refers to.
        arnOf("wafv2", subject.place, `${scope}/managedruleset/*/*`),
      ];
    },
    create: "CreateWebACL TagResource",
    manage: "GetWebACL UpdateWebACL DeleteWebACL ListTagsForResource UntagResource",
  },
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    service: "wafv2",
    manage: "AssociateWebACL GetWebACLForResource GetWebACL",
    also: (subject) => [
      {
        service: "wafv2",
        actions: ["AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource"],
        resources: [arnOf("elasticloadbalancing", subject.place, `loadbalancer/app/${balancerOf(subject)}/*`)],
      },
      {
        service: "elasticloadbalancing",
        actions: ["SetWebAcl"],
        resources: ["*"],
      },
    ],
  },
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {
    service: "wafv2",
    manage: "GetLoggingConfiguration PutLoggingConfiguration DeleteLoggingConfiguration",
    also: () => [
      {
        service: "logs",
        actions: [
          "CreateLogDelivery",
          "DeleteLogDelivery",
          "DescribeLogGroups",
          "DescribeResourcePolicies",
          "PutResourcePolicy",
        ],
        resources: ["*"],
      },
    ],
    linkedRoles: ["wafv2.amazonaws.com"],
  },
  "aws:cloudfront/distribution:Distribution": {
    service: "cloudfront",
    form: "global",
    by: "tags",
    arn: cloudfront("distribution"),
    create: "CreateDistribution",
    createsUnnamed: true,
    createsUntagged: true,
    claim: "TagResource",
    manage:
      "GetDistribution GetDistributionConfig UpdateDistribution DeleteDistribution ListTagsForResource TagResource UntagResource",
    also: ({ place }) => [
      {
        service: "wafv2",
        actions: ["GetWebACL"],
        resources: [arnOf("wafv2", { ...place, region: "us-east-1" }, "global/webacl/*")],
        tagged: true,
      },
    ],
  },
  "aws:cloudfront/cachePolicy:CachePolicy": plain("cache-policy", "CachePolicy"),
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": plain(
    "response-headers-policy",
    "ResponseHeadersPolicy",
  ),
  "aws:cloudfront/originAccessControl:OriginAccessControl": plain("origin-access-control", "OriginAccessControl"),
  "aws:cloudfront/function:Function": {
    service: "cloudfront",
    form: "global",
    arn: (subject) => [arnOf("cloudfront", subject.place, `function/${subject.name("name")}`, "global")],
    manage: "DescribeFunction GetFunction UpdateFunction PublishFunction DeleteFunction",
    open: "CreateFunction",
  },
  "aws:globalaccelerator/accelerator:Accelerator": accelerated(
    "CreateAccelerator TagResource",
    "DescribeAccelerator DescribeAcceleratorAttributes ListTagsForResource UpdateAccelerator UpdateAcceleratorAttributes DeleteAccelerator",
  ),
  "aws:globalaccelerator/listener:Listener": accelerated(
    "",
    "CreateListener DescribeListener UpdateListener DeleteListener",
  ),
  "aws:globalaccelerator/endpointGroup:EndpointGroup": accelerated(
    "",
    "CreateEndpointGroup DescribeEndpointGroup UpdateEndpointGroup DeleteEndpointGroup",
  ),
  "aws:route53/record:Record": {
    service: "route53",
    arn: zone,
    manage: "ChangeResourceRecordSets GetHostedZone ListResourceRecordSets",
    // The change of a record has an id that nobody knows before.
    also: ({ place }) => [
      {
        service: "route53",
        actions: ["GetChange"],
        resources: [arnOf("route53", place, "change/*", "bare")],
        reason: "each change gets an id of its own",
      },
    ],
  },
  "aws:route53/healthCheck:HealthCheck": {
    service: "route53",
    manage: "",
    open: "CreateHealthCheck",
    also: ({ place }) => [
      {
        service: "route53",
        actions: [
          "ChangeTagsForResource",
          "DeleteHealthCheck",
          "GetHealthCheck",
          "ListTagsForResource",
          "UpdateHealthCheck",
        ],
        resources: [arnOf("route53", place, "healthcheck/*", "bare")],
        reason: "Route 53 gives it an id of its own, and lets no policy ask for its tags",
      },
    ],
  },
};
