import { expect } from "chai";
import { isStackRule, packConfig, packs, type ResourceRule, toPolicies } from "../../policies";
import { deployment } from "./fixtures";
import { evaluate, mutate, proxied, remediate, remediatedWire, type TestResource, UNKNOWN } from "./harness";
import { tables } from "./tables";

const remediable = packs.flatMap((pack) =>
  pack.rules.filter((rule): rule is ResourceRule => !isStackRule(rule) && rule.remediate !== undefined),
);
const cases = Object.assign({}, ...Object.values(tables));
const rule = (id: string): readonly ResourceRule[] => remediable.filter((candidate) => candidate.id === id);
const violations = (id: string, resource: TestResource, config = {}) =>
  evaluate(rule(id), [resource], { [id]: config }).filter(({ status }) => status === "violation");

/** Failing cases a remedy leaves alone: what somebody wrote and a remedy cannot know better. */
const LEFT = new Map([
  ["container-no-privilege-escalation", [true]],
  ["container-seccomp-profile", ["Unconfined"]],
  ["pod-no-token-automount", [true]],
  ["launch-template-volumes-encrypted", ["no mappings"]],
]);

describe("remedies", () => {
  it("are off unless chosen: no rule's own level is remediate", () => {
    const levels = packs.flatMap(({ args }) => args.policies.map(({ enforcementLevel }) => enforcementLevel));
    expect([...new Set(levels)].sort()).to.deep.equal(["advisory", "mandatory"]);
    expect(remediable.length).to.be.greaterThan(20);
  });

  for (const { id } of remediable) {
    it(`${id} passes after its remedy`, () => {
      const { base, fails, config = {} } = cases[id];
      const values = {
        values: { system: "a", environment: "b", model: "c", owner: "d", "managed-by": "e", "cost-centre": "f" },
      };
      let remedied = 0;
      for (const { message: _, also: __, config: own, ...mutation } of fails) {
        const settings = { ...config, ...own, ...(id === "resource-tagged" ? values : {}) };
        for (const resource of mutate(base, mutation)) {
          if (violations(id, resource, settings).length === 0) continue;
          const fixed = remediate(rule(id), resource, { [id]: settings });
          if (fixed !== undefined && violations(id, { ...resource, props: fixed }, settings).length === 0) remedied++;
          else expect([...LEFT.keys()], JSON.stringify(mutation)).to.include(id);
        }
      }
      expect(remedied, "failing cases with a remedy").to.be.greaterThan(0);
    });

    it(`${id} leaves a resource alone that passes`, () => {
      const { base, config = {} } = cases[id];
      for (const resource of base) expect(remediate(rule(id), resource, { [id]: config })).to.equal(undefined);
    });
  }

  const id = "kms-key-rotates";
  const key: TestResource = {
    type: "aws:kms/key:Key",
    name: "legacy",
    props: { description: UNKNOWN, tags: { a: "b" } },
  };

  it("keep every other input, unknown ones too", () => {
    expect(remediate(rule(id), key)).to.deep.equal({ ...key.props, enableKeyRotation: true });
  });

  it("keep secrets secret on the way back to the engine", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hush" };
    const container = { name: "app", image: UNKNOWN, env: [{ name: "TOKEN", value: secret }] };
    const pod: TestResource = { type: "kubernetes:core/v1:Pod", props: { spec: { containers: [container] } } };
    expect(await remediatedWire(rule("container-no-privilege-escalation"), pod)).to.deep.equal({
      spec: { containers: [{ ...container, securityContext: { allowPrivilegeEscalation: false } }] },
    });
  });

  it("do not touch what an exemption covers", () => {
    const pack = packs.find(({ name }) => name === "encryption");
    if (!pack) throw new Error("no pack");
    const exemptions = [
      { rule: id, resource: "legacy", reason: "The key is retired this quarter", expires: "2026-12-31" },
    ];
    const config = packConfig(pack, { exemptions, today: "2026-06-15" });
    expect(remediate(rule(id), key, config)).to.equal(undefined);
    expect(remediate(rule(id), { ...key, name: "other" }, config)).to.include({ enableKeyRotation: true });
  });

  it("change a pod where it stands, in every container", () => {
    const bare = { name: "bare", image: "a" };
    const [resource] = mutate([deployment], { at: "spec.template.spec.initContainers", to: [bare] });
    if (!resource) throw new Error("no resource");
    const fixed = remediate(rule("container-no-privilege-escalation"), resource);
    expect(fixed).to.have.nested.property(
      "spec.template.spec.initContainers[0].securityContext.allowPrivilegeEscalation",
      false,
    );
  });

  it("leave manifests in a ConfigGroup to their author", () => {
    const group = {
      type: "kubernetes:yaml/v2:ConfigGroup",
      props: { objs: [{ kind: "Pod", spec: { containers: [] } }] },
    };
    expect(remediate(rule("pod-no-token-automount"), group)).to.deep.equal(group.props);
    expect(violations("pod-no-token-automount", group).length).to.equal(1);
  });

  it("are policies' own where the SDK looks for them", () => {
    const names = toPolicies(remediable)
      .filter((policy) => "remediateResource" in policy && policy.remediateResource !== undefined)
      .map(({ name }) => name);
    expect(names).to.deep.equal(remediable.map((each) => each.id));
    expect(proxied(key)).to.include.keys("tags");
  });
});
