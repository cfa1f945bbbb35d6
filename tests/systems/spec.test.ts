import Ajv2020 from "ajv/dist/2020";
import { expect } from "chai";
import { z } from "zod";
import { builtInSystem, systemNames } from "../../systems";
import { systemJsonSchema, systemSchema } from "../../systems/spec";
import { isCron } from "../../systems/spec/cron";
import { applyOverlay } from "../../systems/spec/overlay";
import { shop } from "./fixture";

describe("the JSON Schema of a system", () => {
  const schema = systemJsonSchema();
  // `strictTypes` objects to a type given beside a $ref's, which is zod's way and right in 2020-12.
  const accepts = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

  it("is draft 2020-12 and names itself", () => {
    expect(schema.$schema).to.equal("https://json-schema.org/draft/2020-12/schema");
    expect(schema.title).to.equal("Groundplan system");
  });

  for (const name of systemNames) {
    it(`accepts ${name}`, async () => {
      accepts(JSON.parse(JSON.stringify(await builtInSystem(name))));
      expect(accepts.errors ?? []).to.deep.equal([]);
    });
  }

  const wrong: readonly (readonly [string, unknown])[] = [
    ["an unknown field", { services: { web: { port: 80 } } }],
    ["an unknown kind", { services: { web: { kind: "deploment" } } }],
    ["a quantity that is none", { services: { web: { resources: { requests: { cpu: "two" } } } } }],
    ["a name of the system with a line break", { name: "a\nb" }],
    ["a name of the system of 101 characters", { name: "ä".repeat(101) }],
    ["a name in capitals", { routes: [{ to: "Web" }] }],
    ["a negative count", { services: { web: { scaling: { min: -1 } } } }],
    ["an unknown field of an overlay", { models: { standalone: { servces: {} } } }],
  ];
  for (const [what, change] of wrong) {
    it(`rejects ${what}`, () => {
      expect(accepts(applyOverlay<unknown>(shop, change))).to.equal(false);
    });
  }
});

describe("the spec", () => {
  it("describes every field", () => {
    expect(undescribed(systemSchema).join(" ")).to.equal("");
  });
});

describe("cron expressions", () => {
  for (const text of ["0 3 * * *", "*/15 0-6 1,15 * mon-fri", "0 6 * * 0", "30 4 1 jan 7"]) {
    it(`take ${text}`, () => expect(isCron(text)).to.equal(true));
  }
  for (const text of [
    "0 3 * *",
    "0 3 * * * *",
    "60 3 * * *",
    "0 24 * * *",
    "0 3 0 * *",
    "*/0 * * * *",
    "5-1 * * * *",
    "@daily",
    "",
  ]) {
    it(`refuse "${text}"`, () => expect(isCron(text)).to.equal(false));
  }
});

/** Paths of the fields nobody described: a field's description may stand on its wrapper or on what it wraps. */
function undescribed(schema: z.ZodType, path = "system", seen = new Set<z.ZodType>()): readonly string[] {
  if (seen.has(schema)) {
    return [];
  }
  seen.add(schema);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return undescribed(schema.unwrap() as z.ZodType, path, seen);
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, field]) => [
      ...(describes(field) ? [] : [`${path}.${key}`]),
      ...undescribed(field, `${path}.${key}`, seen),
    ]);
  }
  if (schema instanceof z.ZodRecord) {
    return undescribed(schema.valueType as z.ZodType, `${path}.*`, seen);
  }
  if (schema instanceof z.ZodArray) {
    return undescribed(schema.element as z.ZodType, `${path}[]`, seen);
  }
  if (schema instanceof z.ZodUnion) {
    return (schema.options as z.ZodType[]).flatMap((option) => undescribed(option, path, seen));
  }
  return [];
}

function describes(field: z.ZodType): boolean {
  if (field.description !== undefined || field instanceof z.ZodLiteral) {
    return true;
  }
  return (
    (field instanceof z.ZodOptional ||
      field instanceof z.ZodNullable ||
      field instanceof z.ZodDefault ||
      field instanceof z.ZodPrefault) &&
    describes(field.unwrap() as z.ZodType)
  );
}
