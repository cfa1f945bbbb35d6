import { isObject, list, text } from "../read";
import { type Rule, resourceRule } from "../rule";
import { mustNotBeTrue } from "../simple";

/** The access lists Google services keep beside IAM, with the properties that say who is in them. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  "gcp:storage/bucketAccessControl:BucketAccessControl": ["entity"],
  "gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl": ["entity"],
  "gcp:storage/objectAccessControl:ObjectAccessControl": ["entity"],
  "gcp:storage/bucketACL:BucketACL": ["roleEntities", "predefinedAcl", "defaultAcl"],
  "gcp:storage/defaultObjectACL:DefaultObjectACL": ["roleEntities"],
  "gcp:storage/objectACL:ObjectACL": ["roleEntities", "predefinedAcl"],
  "gcp:storage/bucketObject:BucketObject": ["predefinedAcl"],
  "gcp:bigquery/datasetAccess:DatasetAccess": ["specialGroup", "iamMember"],
  "gcp:bigquery/dataset:Dataset": ["accesses"],
};

/** `allUsers`, `READER:allUsers`, and the lists Cloud Storage has a name for: publicRead, authenticatedRead. */
const EVERYONE = /^(\w+:)?(allUsers|allAuthenticatedUsers)$|^(public|authenticated)Read(Write)?$/i;

export const notPublic = resourceRule({
  id: "gcp-acl-not-public",
  title: "Access lists of buckets, objects and datasets name whom they let in",
  severity: "critical",
  level: "mandatory",
  fix: "Name the user, group or domain; put public content behind the load balancer.",
  sources: ["CKV_GCP_15"],
  resources: Object.keys(LISTS),
  check({ type, props }, report) {
    for (const field of LISTS[type] ?? []) {
      for (const { value, where } of entriesOf(props[field], field)) {
        if (EVERYONE.test(value)) report(`${where} is ${value}`);
      }
    }
  },
});

interface Entry {
  readonly value: string;
  readonly where: string;
}

/** The texts of a property: its own, those of a list, or those that name somebody in a list of objects. */
function entriesOf(value: unknown, where: string): readonly Entry[] {
  const own = text(value);
  if (own !== undefined) return [{ value: own, where }];
  return list(value).flatMap((entry, index) => {
    const place = `${where}[${index}]`;
    if (!isObject(entry)) return entriesOf(entry, place);
    return [
      ...entriesOf(entry.specialGroup, `${place}.specialGroup`),
      ...entriesOf(entry.iamMember, `${place}.iamMember`),
    ];
  });
}

export const invokers = mustNotBeTrue(
  {
    id: "cloud-run-checks-invokers",
    title: "Cloud Run asks who calls",
    severity: "critical",
    level: "mandatory",
    fix: "Remove invokerIamDisabled; grant roles/run.invoker to who calls.",
    sources: [],
    resources: ["gcp:cloudrunv2/service:Service"],
  },
  ["invokerIamDisabled"],
);

export const googleAccessRules: readonly Rule[] = [notPublic, invokers];
