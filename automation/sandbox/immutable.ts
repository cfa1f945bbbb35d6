import { replacesOn } from "../replacements";

/**
 * Properties of things that hold no data and are made anew where they change, as their providers' schemas say
 * (`ForceNew` of hashicorp/terraform-provider-aws and -google, which Pulumi's providers are built on). Names need no
 * entry: what has another name is another object.
 */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  "aws:ec2/vpc:Vpc": ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId"],
  "aws:ec2/subnet:Subnet": ["availabilityZone", "cidrBlock", "vpcId"],
  "aws:ec2/securityGroup:SecurityGroup": ["description", "name", "namePrefix", "vpcId"],
  "aws:ec2/routeTable:RouteTable": ["vpcId"],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ["gatewayId", "subnetId"],
  "aws:ec2/route:Route": ["destinationCidrBlock", "destinationPrefixListId", "routeTableId"],
  "aws:ec2/natGateway:NatGateway": ["allocationId", "connectivityType", "subnetId"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["serviceName", "vpcEndpointType", "vpcId"],
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": ["peerOwnerId", "peerRegion", "peerVpcId", "vpcId"],
  // User data by `userDataReplaceOnChange`, which every machine here has.
  "aws:ec2/instance:Instance": ["ami", "availabilityZone", "keyName", "subnetId", "userDataBase64"],
  "aws:ec2/volumeAttachment:VolumeAttachment": ["deviceName", "instanceId", "volumeId"],
  "aws:eks/nodeGroup:NodeGroup": [
    "amiType",
    "capacityType",
    "clusterName",
    "diskSize",
    "instanceTypes",
    "launchTemplate.id",
    "launchTemplate.name",
    "nodeRoleArn",
    "remoteAccess",
    "subnetIds",
  ],
  "aws:eks/fargateProfile:FargateProfile": ["clusterName", "podExecutionRoleArn", "selectors", "subnetIds"],
  "aws:lb/loadBalancer:LoadBalancer": ["customerOwnedIpv4Pool", "internal", "loadBalancerType"],
  "aws:lb/targetGroup:TargetGroup": ["ipAddressType", "port", "protocol", "protocolVersion", "targetType", "vpcId"],
  "aws:lb/listener:Listener": ["loadBalancerArn"],
  "aws:lb/listenerRule:ListenerRule": ["listenerArn"],
  "aws:acm/certificate:Certificate": ["domainName", "keyAlgorithm", "subjectAlternativeNames", "validationMethod"],
  "aws:efs/mountTarget:MountTarget": ["fileSystemId", "ipAddress", "subnetId"],
  "aws:efs/accessPoint:AccessPoint": ["fileSystemId", "posixUser", "rootDirectory"],
  "aws:lambda/function:Function": ["packageType"],
  "aws:lambda/permission:Permission": ["action", "function", "principal", "sourceAccount", "sourceArn"],
  "aws:secretsmanager/secretRotation:SecretRotation": ["secretId"],
  "aws:wafv2/webAcl:WebAcl": ["scope"],
  "gcp:compute/network:Network": ["autoCreateSubnetworks", "project"],
  "gcp:compute/subnetwork:Subnetwork": ["network", "project", "purpose", "region"],
  "gcp:compute/firewall:Firewall": ["direction", "network", "project"],
  "gcp:compute/router:Router": ["network", "project", "region"],
  "gcp:compute/address:Address": ["address", "addressType", "purpose", "region", "subnetwork"],
  "gcp:compute/globalAddress:GlobalAddress": ["address", "addressType", "network", "prefixLength", "purpose"],
  // Labels and size of a boot disk are changed on the disk itself.
  "gcp:compute/instance:Instance": [
    "bootDisk.deviceName",
    "bootDisk.guestOsFeatures",
    "bootDisk.initializeParams.image",
    "bootDisk.initializeParams.resourcePolicies",
    "bootDisk.initializeParams.snapshot",
    "bootDisk.initializeParams.type",
    "bootDisk.kmsKeySelfLink",
    "bootDisk.mode",
    "bootDisk.source",
    "confidentialInstanceConfig",
    "guestAccelerators",
    "hostname",
    "metadataStartupScript",
    "project",
    "scheduling.preemptible",
    "scheduling.provisioningModel",
    "zone",
  ],
  "gcp:compute/resourcePolicy:ResourcePolicy": ["diskConsistencyGroupPolicy", "project", "region", "workloadPolicy"],
  "gcp:container/nodePool:NodePool": ["cluster", "location", "namePrefix", "nodeConfig.spot"],
  "gcp:kms/keyRing:KeyRing": ["location", "project"],
  "gcp:kms/cryptoKey:CryptoKey": ["destroyScheduledDuration", "importOnly", "keyRing", "purpose"],
  "gcp:secretmanager/secret:Secret": ["project", "replication"],
  "gcp:dns/managedZone:ManagedZone": ["dnsName", "project", "visibility"],
};

/** Whether a change of a property replaces the object. */
export function replaces(type: string, path: string): boolean {
  const immutable = (IMMUTABLE[type] ?? []).some(
    (property) => path === property || path.startsWith(`${property}.`) || path.startsWith(`${property}[`),
  );
  return immutable || replacesOn(type, path) === true;
}
