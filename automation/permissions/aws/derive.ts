import type { RunResult } from "../../../engine";
import { READS } from "./compute";
import { foreignRights } from "./foreign";
import { boundaryOf } from "./identity";
import { Rights, type Wide } from "./rights";
import { ROLE, roleRights } from "./roles";
import { condensed, POLICIES_PER_ROLE, type PolicyDocument, sizeOf, split } from "./statements";
import { readsOf, subjectsOf } from "./subjects";
import { AWS_TABLE } from "./table";

/** What a deployer needs on AWS. */
export interface AwsPermissions {
  readonly policies: readonly { readonly name: string; readonly size: number; readonly document: PolicyDocument }[];
  /** What is allowed more widely than by a planned name or the system's tags, and why. */
  readonly wide: readonly Wide[];
  /** What no policy here can say, for whoever grants it. */
  readonly notes: readonly string[];
  /** Types and functions without a row: what they need is missing. */
  readonly unknown: readonly string[];
}

const NOTES = [
  "the state's own bucket and key, where the backend is one, are not in the plan: grant them beside these",
  "nothing here reaches the cluster's objects: whoever makes the cluster administers it, anyone else needs an access entry",
];

/** The policies a deployer of this run needs, from what it made and what it looked up. */
export function awsPermissions(run: RunResult, name: string): AwsPermissions | undefined {
  const subjects = subjectsOf(run);
  const reads = readsOf(run);
  if (subjects.length === 0) {
    return undefined;
  }
  const rights = new Rights(subjects);
  for (const subject of subjects) {
    const row = AWS_TABLE[subject.type];
    if (row) {
      rights.addRow(row, subject);
    }
  }
  for (const right of [
    ...reads.flatMap((read) => READS[read.type]?.(read) ?? []),
    ...roleRights(run, subjects),
    ...foreignRights(run, subjects),
  ]) {
    rights.add(right);
  }
  rights.finish();
  const exact = split(rights.statements);
  const documents = exact.length > POLICIES_PER_ROLE ? split(condensed(rights.statements)) : exact;
  return {
    policies: documents.map((document, index) => ({
      name: `${name}-${index + 1}`,
      size: sizeOf(document),
      document,
    })),
    wide: rights.wide,
    notes: [
      ...NOTES,
      ...(subjects.some(({ place }) => place.account === "*")
        ? ["no setting names one account: the ARNs hold * in its place; set access.aws.allowedAccountIds"]
        : []),
      ...(subjects.some((subject) => subject.type === ROLE && boundaryOf(subject) !== undefined)
        ? [
            "roles are made and given rights within their permissions boundary alone; nothing here takes one off a role or changes its policy",
          ]
        : []),
      ...(documents !== exact
        ? [
            `by every name these were ${exact.length} policies: names of one kind and place are allowed by the start they share`,
          ]
        : []),
      ...(documents.length > POLICIES_PER_ROLE
        ? [
            `a role takes ${POLICIES_PER_ROLE} managed policies without a higher quota, and these are ${documents.length}`,
          ]
        : []),
    ],
    unknown: [
      ...new Set([
        ...subjects.map(({ type }) => type).filter((type) => AWS_TABLE[type] === undefined),
        ...reads.map(({ type }) => type).filter((token) => READS[token] === undefined),
      ]),
    ].sort(),
  };
}
