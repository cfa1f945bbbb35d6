import { expect } from "chai";
import type { Plan } from "../../../engine";
import { named, ofType, planAws } from "../../stacks/awsPlan";
import { at } from "../../stacks/gcpPlan";

const SHARE = "main-docker-volumes";
const AWS = {
  "groundplan:placements": [{ name: "main", cloud: "aws", region: "us-east-1", cidrIndex: 0 }],
  "groundplan:access": { aws: { allowedAccountIds: ["111122223333"] } },
  "groundplan:model": "distributed",
};

describe("EFS", function () {
  this.timeout(60_000);
  let plan: Plan;
  before(async () => {
    plan = (await planAws("simulate", AWS, "dev")).plan;
  });
  // A plan keeps no outputs: an id is what others were given.
  const fileSystemId = () => String(named(plan, `${SHARE}-backups`).inputs.fileSystemId);

  it("is encrypted with the key of data, elastic, and moves what nobody reads to cheaper storage", () => {
    const { inputs } = named(plan, `${SHARE}-file-system`);
    expect(inputs).to.deep.include({
      encrypted: true,
      throughputMode: "elastic",
      performanceMode: "generalPurpose",
      lifecyclePolicies: [{ transitionToIa: "AFTER_30_DAYS" }, { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
      protection: { replicationOverwrite: "ENABLED" },
    });
    expect(inputs.kmsKeyId).to.match(
      new RegExp(`:key/${String(named(plan, "main-keys-data-alias").inputs.targetKeyId)}$`),
    );
    expect(named(plan, `${SHARE}-backups`).inputs.backupPolicy).to.deep.equal({ status: "ENABLED" });
  });

  it("may use its key, which opens to RDS, ElastiCache and EFS alone", () => {
    const policy = JSON.parse(String(named(plan, "main-keys-data").inputs.policy)) as {
      Statement: { Sid: string; Condition?: unknown }[];
    };
    expect(policy.Statement.find(({ Sid }) => Sid === "UseThroughServices")?.Condition).to.deep.equal({
      StringEquals: {
        "kms:ViaService": ["rds", "elasticache", "elasticfilesystem"].map((name) => `${name}.us-east-1.amazonaws.com`),
      },
    });
  });

  it("is mounted by its access point alone, over TLS, below the root and never as root", () => {
    const accessPoint = named(plan, `${SHARE}-access-point`);
    expect(accessPoint.inputs).to.deep.include({
      posixUser: { uid: 10_001, gid: 10_001 },
      rootDirectory: {
        path: "/docker-volumes",
        creationInfo: { ownerUid: 10_001, ownerGid: 10_001, permissions: "0770" },
      },
    });
    const arn = "arn:aws:elasticfilesystem:us-east-1:111122223333";
    const resource = `${arn}:file-system/${fileSystemId()}`;
    const [, accessPointId] = String(at(named(plan, `${SHARE}-volume`).inputs, "spec.csi.volumeHandle")).split("::");
    expect(JSON.parse(String(named(plan, `${SHARE}-policy`).inputs.policy))).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "MountByAccessPoint",
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
          Resource: resource,
          Condition: {
            Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" },
            StringEquals: { "elasticfilesystem:AccessPointArn": `${arn}:access-point/${accessPointId}` },
          },
        },
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: "*",
          Resource: resource,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  it("has an address in every private subnet, which nodes reach on one port and nobody else does", () => {
    const subnets = ofType(plan, "aws:eks/nodeGroup:NodeGroup")[0]?.inputs.subnetIds;
    const nodes = at(named(plan, "main-cluster-nodes-docker-template").inputs, "vpcSecurityGroupIds.0");
    const targets = ofType(plan, "aws:efs/mountTarget:MountTarget").map(({ inputs }) => inputs);
    expect(targets.map(({ subnetId }) => subnetId)).to.deep.equal(subnets);
    const group = at(targets[0], "securityGroups.0");
    for (const { fileSystemId: target, securityGroups } of targets) {
      expect([target, securityGroups]).to.deep.equal([fileSystemId(), [group]]);
    }
    const rules = (type: string, id: unknown) =>
      ofType(plan, `aws:vpc/securityGroup${type}Rule:SecurityGroup${type}Rule`)
        .map(({ inputs }) => inputs)
        .filter(({ securityGroupId }) => securityGroupId === id);
    expect(rules("Egress", group)).to.deep.equal([]);
    const [ingress, ...others] = rules("Ingress", group);
    expect(others).to.deep.equal([]);
    const port = { ipProtocol: "tcp", fromPort: 2_049, toPort: 2_049 };
    expect(ingress).to.deep.include({ ...port, referencedSecurityGroupId: nodes });
    expect(named(plan, `${SHARE}-nodes-to`).inputs).to.deep.include({
      ...port,
      securityGroupId: nodes,
      referencedSecurityGroupId: group,
    });
  });

  it("stands in the cluster as a volume for one claim, which the pods mount", () => {
    const volume = named(plan, `${SHARE}-volume`).inputs;
    expect(at(volume, "spec.csi")).to.deep.equal({
      driver: "efs.csi.aws.com",
      volumeHandle: at(volume, "spec.csi.volumeHandle"),
      volumeAttributes: { encryptInTransit: "true" },
    });
    expect(at(volume, "spec.csi.volumeHandle")).to.match(new RegExp(`^${fileSystemId()}::fsap-[0-9a-z]+$`));
    expect(at(volume, "spec.claimRef")).to.deep.equal({ namespace: "docker", name: "docker-volumes" });
    expect(at(volume, "spec.persistentVolumeReclaimPolicy")).to.equal("Retain");
    const claim = named(plan, `${SHARE}-claim`).inputs;
    expect(at(claim, "spec")).to.deep.equal({
      accessModes: ["ReadWriteMany"],
      storageClassName: "",
      volumeName: at(volume, "metadata.name"),
      resources: { requests: { storage: "500Gi" } },
    });
    expect(JSON.stringify(named(plan, "main-docker-daemonset").inputs)).to.contain('"claimName":"docker-volumes"');
  });

  it("brings the driver, with an identity of its controller's own, and no driver where nothing is shared", async () => {
    expect(named(plan, "main-cluster-addon-aws-efs-csi-driver").inputs.podIdentityAssociations).to.have.nested.property(
      "[0].serviceAccount",
      "efs-csi-controller-sa",
    );
    const without = (await planAws("simulate")).plan;
    expect(without.resources.filter(({ name }) => name.includes("efs"))).to.deep.equal([]);
  });

  it("says that nothing stops at its size, and that files have one owner", () => {
    const features = plan.degraded.map(({ feature }) => feature);
    expect(features).to.include.members(["the size of docker-volumes", "owners of files on docker-volumes"]);
  });
});
