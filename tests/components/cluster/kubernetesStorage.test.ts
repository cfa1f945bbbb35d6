import { expect } from "chai";
import { InputError } from "../../../components/errors";
import { at, Manifests } from "../../stacks/kubernetesManifests";

const plan = (kubernetes: Readonly<Record<string, unknown>>) =>
  Manifests.plan({
    system: "scraping-platform",
    environment: "staging",
    model: "distributed",
    settings: { kubernetes },
  });
const MADE = {
  storageClass: "fast-ssd",
  makeStorageClass: { driver: "ebs.csi.aws.com", parameters: { type: "gp3", encrypted: "true" } },
  snapshotClass: "nightly",
  makeSnapshotClass: { driver: "ebs.csi.aws.com" },
};

describe("storage of an attached cluster", () => {
  it("makes the classes the settings ask for: kept after release, bound where the pod runs", async () => {
    const made = await plan(MADE);
    expect(made.get("StorageClass", "fast-ssd")).to.deep.include({
      provisioner: "ebs.csi.aws.com",
      reclaimPolicy: "Retain",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    });
    expect(made.get("VolumeSnapshotClass", "nightly")).to.deep.include({ deletionPolicy: "Retain" });
  });

  it("takes the database's snapshots on the document's schedule, where there is a class for them", async () => {
    const made = await plan(MADE);
    expect(at(made.get("ScheduledBackup", "data/database"), "spec")).to.deep.include({
      schedule: "0 0 4 * * *",
      method: "volumeSnapshot",
    });
    expect(at(made.get("Cluster", "data/database"), "spec.backup.volumeSnapshot.className")).to.equal("nightly");
  });

  it("makes none else, and says whose snapshots nobody takes", async () => {
    const made = await plan({ storageClass: "fast-ssd" });
    expect([...Object.keys(made.ofKind("StorageClass")), ...Object.keys(made.ofKind("ScheduledBackup"))]).to.deep.equal(
      [],
    );
    expect(made.degraded.map(({ feature }) => feature)).to.include.members([
      "scheduled volume snapshots of database",
      "scheduled volume snapshots of redis",
    ]);
  });

  it("refuses to make a class without a name", async () => {
    try {
      await plan({ makeStorageClass: { driver: "ebs.csi.aws.com" } });
    } catch (error) {
      expect(InputError.is(error) && error.problems[0]?.path).to.equal("groundplan:kubernetes.storageClass");
      return;
    }
    throw new Error("the plan was accepted");
  });
});
