import { expect } from "chai";
import { packs } from "../../policies";
import { awsPrograms } from "./corpus/aws";
import { gcpPrograms } from "./corpus/gcp";
import { kubernetesPrograms } from "./corpus/kubernetes";
import { database, machines, storage } from "./corpus/soundAws";
import { google } from "./corpus/soundGcp";
import { pod, scheduled, workload } from "./corpus/soundKubernetes";
import { release } from "./fixtures";
import { evaluate, type TestResource } from "./harness";

const rules = packs.flatMap((pack) => pack.rules);

/** What all packs together say of a program, under production's terms: rules by the names of resources. */
function findings(resources: readonly TestResource[]): Record<string, readonly string[]> {
  const found: Record<string, string[]> = {};
  for (const { rule, status, urn = "" } of evaluate(rules, resources)) {
    if (status === "notApplicable") continue;
    expect(status, rule).to.equal("violation");
    found[rule] = [...(found[rule] ?? []), urn.slice(urn.lastIndexOf("::") + 2)];
  }
  return found;
}

describe("policy corpus", () => {
  const sound = { storage, database, machines, google, workload, scheduled, pod, release: [release] };
  for (const [name, resources] of Object.entries(sound)) {
    it(`finds nothing in the sound program ${name}`, () => {
      expect(findings(resources)).to.deep.equal({});
    });
  }

  for (const { title, resources, caught } of [...awsPrograms, ...gcpPrograms, ...kubernetesPrograms]) {
    it(`catches ${title}, and says nothing else`, () => {
      expect(findings(resources)).to.deep.equal(caught);
    });
  }
});
