import Ajv from "ajv";
import { expect } from "chai";
import { create } from "xmlbuilder2";
import { type Judged, policiesAsJson, policiesAsJunit, policiesAsSarif } from "../../cli/output/policyFormats";

const row = (rule: string, status: "violation" | "deferred" | "exempt", level: "mandatory" | "advisory", urn = "") => ({
  pack: "containers",
  rule,
  urn,
  level,
  status,
  message: `${rule} <says> "so" & more\nsecond line`,
});
const pod = "urn:pulumi:dev::shop::kubernetes:core/v1:Pod::web";
const judged: Judged = {
  stack: "dev",
  policies: {
    packs: [
      { name: "containers", version: "1.0.0", rules: 4 },
      { name: "foreign", version: "2.0.0", rules: 1 },
    ],
    results: [
      row("container-not-privileged", "violation", "mandatory", pod),
      row("image-fixed-tag", "violation", "advisory", pod),
      row("container-read-only-root", "exempt", "mandatory", pod),
      row("pod-no-host-path", "deferred", "advisory", pod),
      { ...row("own-rule", "violation", "mandatory"), pack: "foreign" },
    ],
    passed: 7,
    notApplicable: 3,
  },
};

const text = { type: "object", required: ["text"], properties: { text: { type: "string", minLength: 1 } } };
/** What SARIF 2.1.0 asks of the parts we write: nothing beside them, and each as the standard has it. */
const SARIF = {
  type: "object",
  required: ["$schema", "version", "runs"],
  additionalProperties: false,
  properties: {
    $schema: { const: "https://json.schemastore.org/sarif-2.1.0.json" },
    version: { const: "2.1.0" },
    runs: {
      type: "array",
      items: {
        type: "object",
        required: ["tool", "results"],
        additionalProperties: false,
        properties: {
          tool: {
            type: "object",
            required: ["driver"],
            additionalProperties: false,
            properties: {
              driver: {
                type: "object",
                required: ["name"],
                additionalProperties: false,
                properties: {
                  name: { type: "string" },
                  rules: {
                    type: "array",
                    uniqueItems: true,
                    items: {
                      type: "object",
                      required: ["id"],
                      additionalProperties: false,
                      properties: {
                        id: { type: "string" },
                        name: { type: "string" },
                        shortDescription: text,
                        fullDescription: text,
                        help: text,
                        defaultConfiguration: {
                          type: "object",
                          properties: { level: { enum: ["none", "note", "warning", "error"] } },
                        },
                        properties: {
                          type: "object",
                          properties: { tags: { type: "array", items: { type: "string" }, uniqueItems: true } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: "array",
            items: {
              type: "object",
              required: ["message", "ruleId", "ruleIndex"],
              additionalProperties: false,
              properties: {
                ruleId: { type: "string" },
                ruleIndex: { type: "integer", minimum: 0 },
                level: { enum: ["none", "note", "warning", "error"] },
                kind: { enum: ["notApplicable", "pass", "fail", "review", "open", "informational"] },
                message: text,
                locations: {
                  type: "array",
                  items: {
                    type: "object",
                    additionalProperties: false,
                    properties: {
                      physicalLocation: {
                        type: "object",
                        required: ["artifactLocation"],
                        properties: {
                          artifactLocation: { type: "object", properties: { uri: { type: "string", minLength: 1 } } },
                          region: { type: "object", properties: { startLine: { type: "integer", minimum: 1 } } },
                        },
                      },
                      logicalLocations: {
                        type: "array",
                        items: {
                          type: "object",
                          properties: {
                            fullyQualifiedName: { type: "string", minLength: 1 },
                            kind: { type: "string" },
                          },
                        },
                      },
                    },
                  },
                },
                suppressions: {
                  type: "array",
                  items: {
                    type: "object",
                    required: ["kind"],
                    additionalProperties: false,
                    properties: { kind: { enum: ["inSource", "external"] }, justification: { type: "string" } },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

interface Suite {
  readonly [attribute: `@${string}`]: string;
}
interface Case extends Suite {
  readonly skipped: { readonly "@message": string };
}
interface JUnit {
  readonly testsuites: {
    readonly testsuite: readonly [Suite & { readonly testcase: readonly Case[] }, Suite & { readonly testcase: Case }];
  };
}

describe("forms of policy results", () => {
  it("are JSON as the plan has them", () => {
    expect(JSON.parse(policiesAsJson(judged))).to.deep.equal(judged.policies);
  });

  it("are SARIF of the standard's structure, for nothing found too", () => {
    const validate = new Ajv({ strict: false }).compile(SARIF);
    for (const each of [judged, { ...judged, policies: { ...judged.policies, results: [] } }]) {
      expect(validate(JSON.parse(policiesAsSarif(each))), JSON.stringify(validate.errors)).to.equal(true);
    }
  });

  it("say in SARIF what a rule is about, what becomes of a finding and where it is", () => {
    const [run] = JSON.parse(policiesAsSarif(judged)).runs;
    expect(
      run.tool.driver.rules.find(({ id }: { id: string }) => id === "containers/container-not-privileged"),
    ).to.deep.equal({
      id: "containers/container-not-privileged",
      name: "container-not-privileged",
      shortDescription: { text: "Containers are not privileged" },
      help: { text: "Remove securityContext.privileged; add the one capability that is needed instead." },
      defaultConfiguration: { level: "error" },
      properties: { tags: ["security", "CKV_K8S_16", "PSS-restricted", "C-0057"], "security-severity": "9.5" },
    });
    expect(run.tool.driver.rules.find(({ id }: { id: string }) => id === "foreign/own-rule")).to.deep.equal({
      id: "foreign/own-rule",
    });
    const said = run.results.map((result: Record<string, unknown>) => [
      run.tool.driver.rules[result.ruleIndex as number].id === result.ruleId,
      result.level,
      result.kind,
      result.suppressions !== undefined,
    ]);
    // SARIF lets only a failure have a level.
    expect(said).to.deep.equal([
      [true, "error", "fail", false],
      [true, "warning", "fail", false],
      [true, "error", "fail", true],
      [true, "none", "review", false],
      [true, "error", "fail", false],
    ]);
    expect(run.results[0].locations[0]).to.deep.equal({
      physicalLocation: { artifactLocation: { uri: "Pulumi.dev.yaml" }, region: { startLine: 1 } },
      logicalLocations: [{ fullyQualifiedName: pod, kind: "resource" }],
    });
  });

  it("are JUnit XML: a suite per pack, a failure per mandatory violation, all else skipped", () => {
    const xml = policiesAsJunit(judged);
    // The parser gives text as it is written, so what is escaped once is escaped here.
    expect(xml).to.not.include("&amp;lt;");
    const { testsuites } = create(xml).end({ format: "object" }) as unknown as JUnit;
    const [containers, foreign] = testsuites.testsuite;
    expect(containers).to.include({ "@name": "containers", "@tests": "4", "@failures": "1", "@skipped": "3" });
    expect(foreign).to.include({ "@name": "foreign", "@tests": "1", "@failures": "1", "@skipped": "0" });
    const [failed, advised, exempt, deferred] = containers.testcase;
    expect(failed).to.deep.equal({
      "@classname": "containers.container-not-privileged",
      "@name": pod,
      failure: {
        "@message": "container-not-privileged &lt;says&gt; &quot;so&quot; &amp; more",
        "@type": "mandatory",
        "#": 'container-not-privileged &lt;says&gt; "so" &amp; more\nsecond line',
      },
    });
    expect([advised, exempt, deferred].map((each) => each?.skipped["@message"].split(":")[0])).to.deep.equal([
      "violation",
      "exempt",
      "deferred",
    ]);
    expect(foreign.testcase["@name"]).to.equal("dev");
  });
});
