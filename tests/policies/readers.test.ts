import path from "node:path";
import { expect } from "chai";
import { compile, exportsFrom } from "./mutation/modules";
import { mutantsOf } from "./mutation/mutants";

type Exports = Readonly<Record<string, (...args: never[]) => unknown>>;
/** A function of a module, what it is given, and what it must give. */
type Fact = readonly [name: string, args: readonly unknown[], wanted: unknown];

const KEY = "-----BEGIN RSA PRIVATE KEY-----";
const grant = (statement: object): string => JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });
const granted = (part: object): object => ({
  actions: [],
  resources: [],
  principals: [],
  negated: [],
  condition: undefined,
  where: "Statement[0]",
  ...part,
});

const CODE = "lambda:SourceFunctionArn";
const denial = { Effect: "Deny", Action: "A:b", Resource: "*", Condition: { ArnLike: { [CODE]: "a" } } };
const MOUNTED = "elasticfilesystem:AccessedViaMountTarget";

/** What rules rely on in the readers they share. */
const FACTS: Readonly<Record<string, readonly Fact[]>> = {
  quantities: [
    ["quantity", ["500m"], 0.5],
    ["quantity", ["2Gi"], 2147483648],
    ["quantity", ["1Ki"], 1024],
    ["quantity", ["1Mi"], 1048576],
    ["quantity", ["1Ti"], 1099511627776],
    ["quantity", ["1Pi"], 1125899906842624],
    ["quantity", ["1Ei"], 2 ** 60],
    ["quantity", ["1n"], 1e-9],
    ["quantity", ["1u"], 1e-6],
    ["quantity", ["1k"], 1e3],
    ["quantity", ["1M"], 1e6],
    ["quantity", ["1G"], 1e9],
    ["quantity", ["1T"], 1e12],
    ["quantity", ["1P"], 1e15],
    ["quantity", ["1E"], 1e18],
    ["quantity", ["1e3"], 1000],
    ["quantity", [" 2 "], 2],
    ["quantity", [".5"], 0.5],
    ["quantity", [2], 2],
    ["quantity", [Number.POSITIVE_INFINITY], undefined],
    ["quantity", ["lots"], undefined],
    ["quantity", ["1 Gi"], undefined],
    ["quantity", [{}], undefined],
    ["quantity", [undefined], undefined],
  ],
  documents: [
    ["grants", [grant({ Action: "a", Resource: ["b"] })], [granted({ actions: ["a"], resources: ["b"] })]],
    ["grants", [grant({ Effect: "Deny", Action: "a" })], []],
    ["grants", [grant({ Principal: "*" })], [granted({ principals: ["*"] })]],
    [
      "grants",
      [grant({ Principal: { AWS: "a", Service: ["b"], Federated: "c", CanonicalUser: "d" } })],
      [granted({ principals: ["a", "b", "c", "d"] })],
    ],
    ["grants", [{ Statement: { Effect: "Allow", Condition: { a: 1 } } }], [granted({ condition: { a: 1 } })]],
    ["grants", ["no JSON"], []],
    ["deniedToCode", [{ Statement: denial }], ["a:b"]],
    ["deniedToCode", [{ Statement: { ...denial, Effect: "Allow" } }], []],
    ["deniedToCode", [{ Statement: { ...denial, Resource: "a" } }], []],
    ["deniedToCode", [{ Statement: { ...denial, Condition: undefined } }], []],
    ["deniedToCode", [{ Statement: { ...denial, Condition: { ArnEquals: { "aws:SourceArn": "a" } } } }], []],
    ["deniedToCode", [{ Statement: { ...denial, Condition: { ArnNotEquals: { [CODE]: "a" } } } }], []],
    ["deniedToCode", [{ Statement: { ...denial, Condition: { ArnEquals: { [CODE]: "a", b: "c" } } } }], []],
    ["deniedToCode", [{ Statement: { ...denial, Condition: { ArnEquals: { [CODE]: "a" }, Bool: { b: "c" } } } }], []],
    ["isPolicyDocument", ["{}"], true],
    ["isPolicyDocument", ["no JSON"], false],
    ["isNarrowed", [{ StringEquals: { "aws:PrincipalOrgID": "o" } }], true],
    ["isNarrowed", [{ StringEquals: { "kms:CallerAccount": "1" } }], true],
    ["isNarrowed", [{ Bool: { a: 1 }, ArnLike: { "aws:SourceArn": "a", b: 1 } }], true],
    ["isNarrowed", [{ Bool: { "aws:SecureTransport": "true" } }], false],
    ["isNarrowed", [{ StringEquals: "aws:SourceArn" }], false],
    ["isNarrowed", [undefined], false],
    ["isNarrowed", [{}], false],
    ["isNarrowed", [{ Bool: { [MOUNTED]: "true" } }], true],
    ["isNarrowed", [{ Bool: { [MOUNTED]: ["true", "false"] } }], false],
    ["isNarrowed", [{ Bool: { "aws:ViaAWSService": "true" } }], false],
    ["isNarrowed", [{ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"] } }], false],
    ["isNarrowed", [{ IpAddress: { "aws:SourceIp": ["10.0.0.0/8"] } }], true],
    ["isNarrowed", [{ StringEquals: { "aws:SourceAccount": [] } }], false],
    ["isNarrowed", [{ StringLike: { "aws:SourceAccount": "*" } }], false],
    ["isNarrowed", [{ ArnLike: { "aws:SourceArn": "arn:aws:sns:*:*:*" } }], false],
    ["isNarrowed", [{ ArnLike: { "aws:SourceArn": "arn:aws:sns:eu:1:a" } }], true],
    // No ARN, whatever its colons.
    ["isNarrowed", [{ StringLike: { "aws:PrincipalOrgPaths": "o:r:ou:a:b:*" } }], true],
    ["isNarrowed", [{ StringNotEquals: { "aws:SourceAccount": "1" } }], false],
    ...["NotAction", "NotResource", "NotPrincipal"].map(
      (field): Fact => ["grants", [grant({ [field]: "a" })], [granted({ negated: [field] })]],
    ),
    ["positiveTests", [{ StringLike: { a: "*" }, StringNotLike: { b: "c" } }], [{ key: "a", values: ["*"] }]],
    ["isReachNarrowed", ["s3:GetObject", { StringEquals: { "aws:RequestTag/a": "b" } }], true],
    ["isReachNarrowed", ["s3:GetObject", { StringEquals: { "aws:RequestedRegion": "b" } }], false],
    ["isReachNarrowed", ["iam:PassRole", { StringEquals: { "aws:RequestTag/a": "b" } }], false],
    ["isReachNarrowed", ["iam:PassRole", { StringEquals: { "iam:PassedToService": "b" } }], true],
    ["isReachNarrowed", ["iam:PassRole", { Bool: { "aws:SecureTransport": "true" } }], false],
    ["isReachNarrowed", ["s3:GetObject", undefined], false],
    ...["*", "**", "s3:*", "s3:?*", "iam:P*", "iam:*Policy", "iam:Put*", "sts:Assume*"].map(
      (action): Fact => ["isWideAction", [action], true],
    ),
    ...["s3:GetObject", "s3:Get*", "s3:Put*", "iam:Get*", "iam:PutRolePolicy", "a:b"].map(
      (action): Fact => ["isWideAction", [action], false],
    ),
    ...[
      "*",
      "arn:*",
      "arn:aws:s3:::*",
      "arn:aws:sqs:eu:1:*",
      "arn:aws:iam::*:role/*",
      "arn:aws:iam::1:role/*",
      "arn:aws:kms:*:*:key/*",
    ].map((resource): Fact => ["isWideResource", [resource], true]),
    ...[
      "shop",
      "arn:aws:s3:::shop",
      "arn:aws:s3:::shop/*",
      "arn:aws:kms:eu:*:key/*",
      "arn:aws:kms:*:1:key/*",
      "arn:aws:kms:*:*:key/a",
      "arn:aws:iam::1:role/a",
      "arn:aws:iam::1:instance-profile/*",
      "arn:aws:x::1:role/*",
    ].map((resource): Fact => ["isWideResource", [resource], false]),
  ],
  secretText: [
    ["secretIn", ["DATABASE_PASSWORD", "hunter2hunter2"], "a value under a secret's name"],
    ["secretIn", ["ANY", KEY], "a private key"],
    ["secretIn", ["ANY", `AKIA${"A".repeat(16)}`], "an AWS access key"],
    ["secretIn", ["ANY", `ghp_${"a".repeat(36)}`], "a GitHub token"],
    ["secretIn", ["ANY", `xoxb-${"1".repeat(10)}`], "a Slack token"],
    ["secretIn", ["ANY", `sk_live_${"a".repeat(16)}`], "a Stripe key"],
    ["secretIn", ["ANY", `sk-${"a".repeat(20)}`], "an API key"],
    ["secretIn", ["ANY", `AIza${"a".repeat(35)}`], "a Google API key"],
    ["secretIn", ["ANY", "postgres://app:hunter2@db/app"], "a URL with a password"],
    ["secretIn", ["ANY", "postgres://db/app"], undefined],
    ["secretIn", ["PASSWORD", ""], undefined],
    ["secretIn", ["PASSWORD_FILE", "hunter2hunter2"], undefined],
    ["secretIn", ["PASSWORD", "$(OTHER)"], undefined],
    ["secretIn", ["PASSWORD", "true"], undefined],
    ["secretIn", ["PASSWORD", "/run/secrets/password"], undefined],
    ["secretIn", ["LOG_LEVEL", "information"], undefined],
  ],
  schema: [
    ["schemaProblems", [1, { type: "integer", minimum: 1, maximum: 1 }], []],
    ["schemaProblems", [0, { type: "integer", minimum: 1 }, "a"], [{ path: "a", found: "0", allowed: "1 or more" }]],
    ["schemaProblems", [2, { type: "number", maximum: 1 }], [{ path: "", found: "2", allowed: "1 or less" }]],
    ["schemaProblems", [1.5, { type: "integer" }], [{ path: "", found: "1.5", allowed: "a whole number" }]],
    ["schemaProblems", [Number.NaN, { type: "number" }], [{ path: "", found: "null", allowed: "a number" }]],
    ["schemaProblems", ["1", { type: "number" }], [{ path: "", found: '"1"', allowed: "a number" }]],
    ["schemaProblems", [undefined, { type: "string" }], [{ path: "", found: "nothing", allowed: "text" }]],
    ["schemaProblems", [1, { type: "boolean" }], [{ path: "", found: "1", allowed: "true or false" }]],
    ["schemaProblems", [true, { type: "boolean" }], []],
    ["schemaProblems", [1, { type: "string", enum: ["a"] }], [{ path: "", found: "1", allowed: '"a"' }]],
    ["schemaProblems", ["c", { enum: ["a", "b"] }], [{ path: "", found: '"c"', allowed: '"a" or "b"' }]],
    ["schemaProblems", ["a", { enum: ["a", "b"] }], []],
    ["schemaProblems", [" ", { minLength: 1 }], [{ path: "", found: '" "', allowed: "1 character or more" }]],
    ["schemaProblems", ["a", { minLength: 2 }], [{ path: "", found: '"a"', allowed: "2 characters or more" }]],
    ["schemaProblems", ["ab", { minLength: 2, pattern: "^ab$" }], []],
    ["schemaProblems", [5, { minLength: 1 }], []],
    ["schemaProblems", ["1", { minimum: 5 }], []],
    [
      "schemaProblems",
      ["a".repeat(79), { type: "number" }],
      [{ path: "", found: `"${"a".repeat(76)}...`, allowed: "a number" }],
    ],
    ["schemaProblems", ["b", { pattern: "^a" }], [{ path: "", found: '"b"', allowed: "text that matches ^a" }]],
    ["schemaProblems", ["b", { pattern: "^a", description: "an a" }], [{ path: "", found: '"b"', allowed: "an a" }]],
    ["schemaProblems", [{}, { type: "array" }], [{ path: "", found: "{}", allowed: "a list" }]],
    ["schemaProblems", [[1], { type: "object" }], [{ path: "", found: "[1]", allowed: "an object" }]],
    ["schemaProblems", [[1, "a"], { type: "array" }], []],
    ["schemaProblems", [[1, "a"], { items: { type: "number" } }], [{ path: "[1]", found: '"a"', allowed: "a number" }]],
    [
      "schemaProblems",
      [{ b: 1 }, { properties: { a: {} }, required: ["a"], additionalProperties: false }, "x"],
      [
        { path: "x.a", found: "nothing", allowed: "a value" },
        { path: "x.b", found: "1", allowed: "no other than a" },
      ],
    ],
    [
      "schemaProblems",
      [{ a: 1 }, { properties: { a: { type: "string" } } }],
      [{ path: "a", found: "1", allowed: "text" }],
    ],
    ["schemaProblems", [{ a: undefined, b: 1 }, { properties: { a: { type: "string" } } }], []],
    [
      "schemaProblems",
      [{ a: 1 }, { additionalProperties: { type: "string" } }],
      [{ path: "a", found: "1", allowed: "text" }],
    ],
    [
      "schemaProblems",
      [{ constructor: 1 }, { additionalProperties: false }],
      [{ path: "constructor", found: "1", allowed: "no other than " }],
    ],
    [
      "schemaProblems",
      ["a".repeat(90), { type: "number" }],
      [{ path: "", found: `"${"a".repeat(76)}...`, allowed: "a number" }],
    ],
    [
      "schemaProblems",
      ["a".repeat(78), { type: "number" }],
      [{ path: "", found: `"${"a".repeat(78)}"`, allowed: "a number" }],
    ],
  ],
};

const same = (found: unknown, wanted: unknown): boolean =>
  JSON.stringify({ found }) === JSON.stringify({ found: wanted });

function wrong(module: Exports, facts: readonly Fact[]): readonly string[] {
  return facts
    .filter(([name, args, wanted]) => !same(module[name]?.(...(args as never[])), wanted))
    .map(([name, args]) => `${name}(${JSON.stringify(args)})`);
}

/** Mutants no fact tells from the reader, because none can. */
const EQUAL: Readonly<Record<string, readonly RegExp[]>> = {
  // A number has no room for one more or less than 1e18.
  quantities: [/E: 1e18,/],
  // The list of keywords, which tests/policies/config.test.ts holds to the schemas in use.
  schema: [/^"\w+",? {2}=> {2}"\\0"/],
};

describe("readers shared by the rules", () => {
  for (const [name, facts] of Object.entries(FACTS)) {
    const { file, code, body } = compile(path.join(__dirname, `../../policies/${name}.ts`));

    it(`${name} reads what it should`, () => {
      expect(wrong(exportsFrom(file, code) as Exports, facts)).to.deep.equal([]);
    });

    it(`${name}: a condition changed is a fact failed`, function () {
      this.timeout(60_000);
      const mutants = mutantsOf(code, body);
      expect(mutants.length).to.be.greaterThan(5);
      const alive = mutants.filter(({ code: changed, what }) => {
        if (EQUAL[name]?.some((pattern) => pattern.test(what))) return false;
        try {
          return wrong(exportsFrom(file, changed) as Exports, facts).length === 0;
        } catch {
          return false;
        }
      });
      expect(alive.map(({ what }) => what)).to.deep.equal([]);
    });
  }
});
