import { isObject, type Wire, type WireObject } from "../wire";

/** Computes an IAM policy document as the provider's own function does. */
export function policyDocument(args: WireObject): WireObject {
  let document: { [key: string]: Wire } = { Version: args.version ?? "2012-10-17" };
  if (args.policyId !== undefined) {
    document.Id = args.policyId;
  }
  const sources = documents(args.sourcePolicyDocuments ?? args.sourceJson);
  const own = objects(args.statements).map(statement);
  const overrides = documents(args.overridePolicyDocuments ?? args.overrideJson);
  let statements: WireObject[] = [];
  for (const source of [...sources, { Statement: own }]) {
    statements = [...statements, ...objects(source.Statement)];
  }
  rejectRepeatedSids(statements);
  for (const override of overrides) {
    for (const replacement of objects(override.Statement)) {
      const at = statements.findIndex(
        (item) => item.Sid !== undefined && item.Sid !== "" && item.Sid === replacement.Sid,
      );
      statements = at < 0 ? [...statements, replacement] : statements.with(at, replacement);
    }
  }
  document = { ...document, Statement: statements };
  const json = JSON.stringify(document, null, 2);
  return { ...args, json, minifiedJson: JSON.stringify(document), id: String(hash(json)) };
}

function statement(input: WireObject): WireObject {
  const result: { [key: string]: Wire } = {};
  const put = (key: string, value: Wire | undefined) => {
    if (value !== undefined) {
      result[key] = value;
    }
  };
  put("Sid", input.sid === "" ? undefined : input.sid);
  put("Effect", input.effect ?? "Allow");
  put("Action", oneOrMany(input.actions));
  put("NotAction", oneOrMany(input.notActions));
  put("Resource", oneOrMany(input.resources));
  put("NotResource", oneOrMany(input.notResources));
  put("Principal", principals(input.principals));
  put("NotPrincipal", principals(input.notPrincipals));
  put("Condition", conditions(input.conditions));
  return result;
}

/** One value stands alone; several are sorted from last to first, as the provider does. */
function oneOrMany(value: Wire | undefined): Wire | undefined {
  const list = Array.isArray(value) ? value.map((item) => variables(String(item))) : [];
  if (list.length === 0) {
    return undefined;
  }
  return list.length === 1 ? (list[0] ?? "") : [...list].sort().reverse();
}

function principals(value: Wire | undefined): Wire | undefined {
  const list = objects(value);
  if (list.length === 0) {
    return undefined;
  }
  if (list.some(({ type, identifiers }) => type === "*" && Array.isArray(identifiers) && identifiers.includes("*"))) {
    return "*";
  }
  const merged: { [key: string]: Wire } = {};
  for (const { type, identifiers } of list) {
    const before = merged[String(type)];
    const all = [
      ...(before === undefined ? [] : [before].flat()),
      ...(Array.isArray(identifiers) ? identifiers : []),
    ] as Wire[];
    merged[String(type)] = oneOrMany(all) ?? [];
  }
  return merged;
}

function conditions(value: Wire | undefined): Wire | undefined {
  const list = objects(value);
  if (list.length === 0) {
    return undefined;
  }
  const merged: { [key: string]: { [key: string]: Wire } } = {};
  for (const { test, variable, values } of list) {
    const bag = merged[String(test)] ?? {};
    merged[String(test)] = bag;
    const items = Array.isArray(values) ? values.map((item) => variables(String(item))) : [];
    bag[variables(String(variable))] = items.length === 1 ? (items[0] ?? "") : items;
  }
  return merged;
}

/** `&{...}` stands for a policy variable, since the provider's language takes `${...}` for its own. */
function variables(text: string): string {
  return text.replaceAll("&{", "${");
}

function documents(value: Wire | undefined): WireObject[] {
  return (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).flatMap((text) => {
    if (typeof text !== "string" || text === "") {
      return [];
    }
    const parsed = JSON.parse(text) as Wire;
    if (!isObject(parsed)) {
      throw new Error("getPolicyDocument: a source document is not a JSON object");
    }
    return [
      {
        ...parsed,
        Statement: Array.isArray(parsed.Statement)
          ? parsed.Statement
          : parsed.Statement === undefined
            ? []
            : [parsed.Statement],
      },
    ];
  });
}

function rejectRepeatedSids(statements: readonly WireObject[]): void {
  const seen = new Set<Wire>();
  for (const { Sid } of statements) {
    if (Sid !== undefined && Sid !== "" && seen.has(Sid)) {
      throw new Error(`getPolicyDocument: two statements have the Sid ${JSON.stringify(Sid)}`);
    }
    seen.add(Sid ?? "");
  }
}

function objects(value: Wire | undefined): WireObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The provider's id of a document: CRC32 of its text. */
function hash(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
