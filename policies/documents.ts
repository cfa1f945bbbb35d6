import { at, document, isObject, isSet, keys, oneOrMany } from "./read";

/** One Allow statement of an IAM policy document. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  /** Those of NotAction, NotResource and NotPrincipal the statement has: it allows all but what they name. */
  readonly negated: readonly string[];
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
      negated: ["NotAction", "NotResource", "NotPrincipal"].filter((field) => isSet(at(statement, field))),
      condition: at(statement, "Condition"),
      where: `Statement[${index}]`,
    };
  });
}

/**
 * Actions, in small letters, that a document denies to the code of a Lambda function, which leaves them to Lambda alone.
 * https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
 */
export function deniedToCode(value: unknown): readonly string[] {
  return oneOrMany(at(document(value), "Statement"))
    .filter(
      (statement) =>
        at(statement, "Effect") === "Deny" &&
        oneOrMany(at(statement, "Resource")).includes("*") &&
        isOfCode(at(statement, "Condition")),
    )
    .flatMap((statement) => oneOrMany(at(statement, "Action")).map((action) => String(action).toLowerCase()));
}

/** Whether a condition asks for nothing but that a function's code is what calls. */
function isOfCode(condition: unknown): boolean {
  const asked = keys(condition).flatMap((operator) => keys(at(condition, operator)));
  return asked.length === 1 && positiveTests(condition)[0]?.key.toLowerCase() === "lambda:sourcefunctionarn";
}

/** Whether a document of any kind was given: an unreadable one must not pass as harmless. */
export function isPolicyDocument(value: unknown): boolean {
  return isObject(document(value));
}

function principalsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return ["AWS", "Service", "Federated", "CanonicalUser"].flatMap((kind) => oneOrMany(at(value, kind)).map(String));
}

/** Only reads of these services may be named by a verb and *: their other actions hand out rights. */
const OF_RIGHTS = /^(iam|sts|organizations|sso):/i;

/**
 * Whether an action's wildcard takes in more than the variants of one verb: `s3:Get*` and `kms:GenerateDataKey*` name
 * what they do; `*`, `s3:?*`, `iam:P*` and `iam:*Policy` do not.
 */
export function isWideAction(action: string): boolean {
  if (!/[*?]/.test(action)) return false;
  const named = /^[\w-]+:([A-Za-z]{3,})/.exec(action)?.[1];
  if (named === undefined) return true;
  return OF_RIGHTS.test(action) && !/^(get|list|generate|simulate|describe)/i.test(named);
}

/**
 * Whether a resource is everything of a service, in this account or all of them: `*`, `arn:aws:s3:::*`,
 * `arn:aws:iam::*:role/*`, `arn:aws:kms:*:*:key/*`.
 */
export function isWideResource(resource: string): boolean {
  const [, , service, region = "", account = "", ...rest] = resource.split(":");
  if (rest.length === 0) return /^[*?:]+$|^arn[:*?]/.test(resource);
  const named = rest.join(":");
  if (/^[*?/:]+$/.test(named)) return true;
  if (!/^[*?]*$/.test(region) || !/^[\w-]+[/:][*?/:]+$/.test(named)) return false;
  // All roles of one account are as good as all of them; IAM has no other boundary.
  return /^[*?]+$/.test(account) || (service === "iam" && /^(role|user|group|policy)\//.test(named));
}

/** What one condition of a statement asks of one key. */
export interface Test {
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * The conditions of a statement that hold only for what they name. Left out are operators that also hold where the key
 * is absent (`...IfExists`, `ForAllValues:`) or for all but what they name (`StringNotEquals`), and values that are
 * anything (`*`, `0.0.0.0/0`).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function bindingTests(condition: unknown): readonly Test[] {
  return positiveTests(condition).filter(({ values }) => values.length > 0 && !values.some(isAnything));
}

/** As `bindingTests`, whatever the values are. */
export function positiveTests(condition: unknown): readonly Test[] {
  return keys(condition).flatMap((operator) => {
    if (!/^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress|Bool)$/i.test(operator)) {
      return [];
    }
    const tested = at(condition, operator);
    return keys(tested).map((key) => ({ key, values: oneOrMany(at(tested, key)).map(String) }));
  });
}

function isAnything(value: string): boolean {
  // Half of all addresses, and the other half beside it, are all of them.
  return /^[*?]*$/.test(value) || /^[\d.:a-f]+\/[0-7]$/i.test(value) || (/^arn:/.test(value) && isWideResource(value));
}

/** Conditions that narrow a `*` principal to an account, an organization, a network or one resource. */
const NARROWING =
  /^aws:(sourcearn|sourceaccount|principalorgid|principalorgpaths|principalarn|principalaccount|sourcevpce?|sourceip|sourceorgid|sourceorgpaths)$|^kms:calleraccount$/i;

export function isNarrowed(condition: unknown): boolean {
  return bindingTests(condition).some(
    ({ key, values }) =>
      NARROWING.test(key) ||
      // A mount target is in a VPC, behind its security groups.
      (/^elasticfilesystem:accessedviamounttarget$/i.test(key) && values.every((value) => value === "true")),
  );
}

/** Conditions that narrow what Resource `*` reaches: to tagged things, an account, a key of a service. */
const REACHING =
  /^aws:(resourcetag\/.+|requesttag\/.+|resourceaccount|resourceorgid|resourceorgpaths)$|^[a-z0-9-]+:resourcetag\/.+$|^kms:(viaservice|encryptioncontext:.+|resourcealiases|requestalias)$|^iam:(passedtoservice|associatedresourcearn|awsservicename|policyarn|permissionsboundary)$|^(cloudwatch:namespace|ecs:cluster|ec2:(vpc|subnet|createaction|instanceprofile)|s3:resourceaccount|rds:db-tag\/.+)$/i;
/** The same for taking on another identity, to which nothing else in the request says which one. */
const TAKING = /^aws:(resourcetag\/.+|resourceaccount|resourceorgid)$|^iam:(passedtoservice|associatedresourcearn)$/i;
const TAKES_IDENTITY = /^(iam:pass|sts:assume)/i;

/** Whether a condition leaves an action on Resource `*` fewer resources than all. */
export function isReachNarrowed(action: string, condition: unknown): boolean {
  const narrowing = TAKES_IDENTITY.test(action) ? TAKING : REACHING;
  return bindingTests(condition).some(({ key }) => narrowing.test(key));
}
