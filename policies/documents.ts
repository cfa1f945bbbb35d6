import { at, document, isObject, oneOrMany } from "./read";

/** One Allow statement of an IAM policy document. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly condition: unknown;
  /** The statement's place in the document. */
  readonly where: string;
}

/** The Allow statements of an IAM policy document given as text or object. */
export function grants(value: unknown): readonly Grant[] {
  return oneOrMany(at(document(value), "Statement")).flatMap((statement, index) => {
    if (at(statement, "Effect") !== "Allow") return [];
    return {
      actions: oneOrMany(at(statement, "Action")).map(String),
      resources: oneOrMany(at(statement, "Resource")).map(String),
      principals: principalsOf(at(statement, "Principal")),
      condition: at(statement, "Condition"),
      where: `Statement[${index}]`,
    };
  });
}

/** Whether a document of any kind was given: an unreadable one must not pass as harmless. */
export function isPolicyDocument(value: unknown): boolean {
  return isObject(document(value));
}

function principalsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return ["AWS", "Service", "Federated", "CanonicalUser"].flatMap((kind) => oneOrMany(at(value, kind)).map(String));
}

/** Conditions that narrow a `*` principal to an account, an organization, a network or one resource. */
const NARROWING =
  /^aws:(sourcearn|sourceaccount|principalorgid|principalarn|principalaccount|sourcevpce?|sourceip|sourceorgid)$|^kms:calleraccount$/i;

export function isNarrowed(condition: unknown): boolean {
  if (!isObject(condition)) return false;
  return Object.keys(condition).some((operator) => {
    const keys = condition[operator];
    return isObject(keys) && Object.keys(keys).some((key) => NARROWING.test(key));
  });
}
