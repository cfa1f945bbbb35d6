import * as aws from "@pulumi/aws";
import { expect } from "chai";
import {
  CACHE_TYPE,
  type ClassForm,
  classFix,
  EC2_TYPE,
  isClass,
  RDS_CLASS,
  SEARCH_TYPE,
} from "../../../components/aws/instanceClass";
import { clusterProblems } from "../../../components/cluster/eks/constraints";
import { isArm } from "../../../components/cluster/eks/instanceTypes";
import { POSTGRES_CONSTRAINTS } from "../../../components/data/postgres/constraints";
import type { StoreOf } from "../../../systems/spec";
import { nodePool } from "../../../systems/spec/service";
import { store } from "../../../systems/spec/stores";

const refused = (names: readonly string[], form: ClassForm) => names.filter((name) => !isClass(name, form));

/** Newer than the SDK's lists, or of services it has no list of. */
const MORE: readonly (readonly [ClassForm, readonly string[]])[] = [
  [
    EC2_TYPE,
    [
      ...["u-6tb1.metal", "u-6tb1.112xlarge", "u-24tb1.metal", "u7i-12tb.224xlarge", "u7in-16tb.224xlarge"],
      ...["u7inh-32tb.480xlarge", "c7i-flex.large", "m8i-flex.16xlarge", "p6-b200.48xlarge", "p6e-gb200.36xlarge"],
      ...["mac2-m2pro.metal", "mac-m4.metal", "c8i.96xlarge", "m7i.metal-24xl", "i7ie.18xlarge", "r8g.metal-48xl"],
      ...["vt1.3xlarge", "p4de.24xlarge", "trn2u.48xlarge", "gr6f.4xlarge", "m4.10xlarge", "c5.9xlarge", "t4g.nano"],
    ],
  ],
  [RDS_CLASS, ["db.serverless", "db.r8g.48xlarge", "db.x2iedn.32xlarge", "db.z1d.3xlarge", "db.m6idn.24xlarge"]],
  [
    CACHE_TYPE,
    ["cache.t4g.micro", "cache.r6gd.16xlarge", "cache.c7gn.16xlarge", "cache.m4.10xlarge", "cache.c1.xlarge"],
  ],
  [SEARCH_TYPE, ["or1.16xlarge.search", "ultrawarm1.medium.search", "om2.large.search", "i4g.large.search"]],
];

describe("names of AWS's machines", () => {
  it("takes every type and class that the SDK lists", () => {
    const types = Object.values(aws.ec2.InstanceType);
    const classes = Object.values(aws.rds.InstanceType);
    expect(types.length).to.be.greaterThan(500);
    expect(classes.length).to.be.greaterThan(70);
    expect([refused(types, EC2_TYPE), refused(classes, RDS_CLASS)]).to.deep.equal([[], []]);
  });

  it("takes every one of those types as a node of ElastiCache or of OpenSearch would be called by it", () => {
    const types = Object.values(aws.ec2.InstanceType);
    const named = ({ prefix, suffix }: ClassForm) => types.map((type) => `${prefix}${type}${suffix}`);
    expect(refused(named(CACHE_TYPE), CACHE_TYPE)).to.deep.equal([]);
    expect(refused(named(SEARCH_TYPE), SEARCH_TYPE)).to.deep.equal([]);
  });

  it("takes those the SDK does not list", () => {
    expect(MORE.flatMap(([form, names]) => refused(names, form))).to.deep.equal([]);
  });

  const WRONG: readonly (readonly [ClassForm, string, string | undefined])[] = [
    [EC2_TYPE, "t3.lrge", "t3.large"],
    [EC2_TYPE, "t3.larg", "t3.large"],
    [EC2_TYPE, "m6i.2xlrge", "m6i.2xlarge"],
    [EC2_TYPE, "m6i.2large", "m6i.2xlarge"],
    [EC2_TYPE, "T3.Large", "t3.large"],
    [EC2_TYPE, "db.m6g.large", "m6g.large"],
    [EC2_TYPE, "m6i.7xlarge", undefined],
    [EC2_TYPE, "m6i.metal-24x", undefined],
    [EC2_TYPE, "large", undefined],
    [EC2_TYPE, "m6i.large.large", "m6i.large"],
    [EC2_TYPE, "serverless", undefined],
    [RDS_CLASS, "r5.large", "db.r5.large"],
    [RDS_CLASS, "db.r5.xlage", "db.r5.xlarge"],
    [RDS_CLASS, "cache.r5.large", "db.r5.large"],
    [RDS_CLASS, "db.huge", undefined],
    [CACHE_TYPE, "r6g.large", "cache.r6g.large"],
    [CACHE_TYPE, "cache.r6g.smal", "cache.r6g.small"],
    [CACHE_TYPE, "cache.serverless", undefined],
    [SEARCH_TYPE, "r6g.large", "r6g.large.search"],
    [SEARCH_TYPE, "r6g.lrage.search", "r6g.large.search"],
    [SEARCH_TYPE, "r6g.large.elasticsearch", "r6g.large.search"],
  ];
  for (const [form, wrong, meant] of WRONG) {
    it(`refuses ${wrong} as ${form.prefix}FAMILY.SIZE${form.suffix}, ${meant ?? "near to none"}`, () => {
      expect(isClass(wrong, form)).to.equal(false);
      expect(classFix(wrong, form, "else")).to.equal(meant === undefined ? "else" : `did you mean ${meant}?`);
    });
  }

  it("refuses every type of the SDK with a letter of its size left out, and finds it again", () => {
    const plain = Object.values(aws.ec2.InstanceType).filter((type) => /\.(\d*x)?large$/.test(type));
    expect(plain.length).to.be.greaterThan(400);
    const wrong = plain.filter((type) => {
      const slip = type.replace("large", "lrge");
      return isClass(slip, EC2_TYPE) || classFix(slip, EC2_TYPE, "") !== `did you mean ${type}?`;
    });
    expect(wrong).to.deep.equal([]);
  });

  it("names each wrong type of a pool by its place, with the nearest there is", () => {
    const given = { classes: { aws: "t3.lrge" }, alternatives: { aws: ["t3a.large", "t2.larg"] } };
    const api = nodePool.parse({ cpu: "2", memory: "8Gi", min: 1, max: 3, ...given });
    const problems = clusterProblems({ nodePools: { api } });
    expect(problems.map(({ path, found, fix }) => [path, found, fix])).to.deep.equal([
      ["nodePools.api.classes.aws", '"t3.lrge"', "did you mean t3.large?"],
      ["nodePools.api.alternatives.aws[1]", '"t2.larg"', "did you mean t2.large?"],
    ]);
  });

  it("says of db.serverless that it is Aurora's, and nothing of its form", () => {
    const database = store.parse({
      kind: "postgres",
      version: "16",
      resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "8Gi" } },
      storage: { size: "50Gi" },
      classes: { aws: "db.serverless" },
    }) as StoreOf<"postgres">;
    const found = POSTGRES_CONSTRAINTS.filter(({ find }) => find({ name: "db", store: database }).length > 0);
    expect(found.map(({ id }) => id)).to.deep.equal(["rds-class-engine"]);
  });

  it("knows the first and the newest Arm machines by name", () => {
    const arm = ["a1.metal", "m6g.large", "im4gn.large", "c7gn.large", "p6e-gb200.36xlarge", "x2gd.large"];
    const others = ["g5.xlarge", "gr6.4xlarge", "m6i.large", "p6-b200.48xlarge", "u7i-12tb.224xlarge"];
    expect([arm.filter(isArm), others.filter(isArm)]).to.deep.equal([arm, []]);
  });
});
