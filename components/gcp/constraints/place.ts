import { LONGEST_PLACEMENT } from "../names";
import { type Constraint, when } from "./constraint";

const PROJECT_DOCS = "https://docs.cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin";
const PROJECT = /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/;
/** Words no project's id may hold. */
const RESERVED_WORDS = ["google", "null", "undefined", "ssl"];
const ZONE = /^([a-z]+-[a-z]+\d+)-[a-z]$/;

/** The id of a project. */
export const PROJECT_CONSTRAINTS: readonly Constraint<string>[] = [
  {
    id: "project-id",
    what: "the id of a project",
    limit: "6 to 30 lower-case letters, digits and hyphens, from a letter to a letter or digit",
    link: PROJECT_DOCS,
    check: (id) =>
      when(
        !PROJECT.test(id),
        "",
        id,
        "a Google Cloud project id: 6 to 30 lower-case letters, digits and hyphens, starting with a letter",
        "write the project's id, neither its name nor its number",
      ),
  },
  {
    id: "project-words",
    what: "words in the id of a project",
    limit: `none of ${RESERVED_WORDS.join(", ")}`,
    link: PROJECT_DOCS,
    check: (id) => {
      const word = RESERVED_WORDS.find((each) => id.includes(each));
      return when(
        word !== undefined,
        "",
        id,
        `a project id without "${word}" in it`,
        "Google has no such project: correct the id",
      );
    },
  },
];

/** The region a zone lies in; undefined for what is no zone. */
export function regionOfZone(name: string): string | undefined {
  return ZONE.exec(name)?.[1];
}

/** The region of a placement. */
export const REGION_CONSTRAINTS: readonly Constraint<string>[] = [
  {
    id: "region-zone",
    what: "a zone for a region",
    limit: "a region, such as us-central1",
    link: "https://docs.cloud.google.com/compute/docs/regions-zones#identifying_a_region_or_zone",
    check: (region) => {
      const around = regionOfZone(region);
      return when(
        around !== undefined,
        "",
        region,
        `a region; ${region} is a zone of ${around}`,
        `write ${around}: the zones of a region are chosen for you`,
      );
    },
  },
];

/** A placement, and what the settings say of it. */
export interface PlaceSubject {
  readonly name: string;
  readonly region: string;
  readonly kmsKey?: string;
  readonly zone?: string;
}

const KEY = /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/;
const ZONE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

export const PLACE_CONSTRAINTS: readonly Constraint<PlaceSubject>[] = [
  {
    id: "placement-name",
    what: "names of everything in a placement",
    limit: `${LONGEST_PLACEMENT} characters of the placement in names of 63`,
    link: "https://docs.cloud.google.com/compute/docs/naming-resources#resource-name-format",
    check: ({ name }) =>
      when(
        name.length > LONGEST_PLACEMENT,
        "name",
        name,
        `at most ${LONGEST_PLACEMENT} characters on gcp, whose names end at 63`,
        "shorten it before the first deployment",
      ),
  },
  {
    id: "key-name",
    what: "the name of a key",
    limit: "projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY",
    link: "https://docs.cloud.google.com/kms/docs/resource-hierarchy#retrieve_resource_id",
    check: ({ kmsKey, region }) =>
      when(
        kmsKey !== undefined && !KEY.test(kmsKey),
        "kmsKey",
        kmsKey,
        `a key of ${region}: projects/PROJECT/locations/${region}/keyRings/RING/cryptoKeys/KEY`,
        "name a key by its full resource name, without a version",
      ),
  },
  {
    id: "key-region",
    what: "the location of a key",
    limit: "the region of what it encrypts",
    link: "https://docs.cloud.google.com/kms/docs/cmek#cmek_integrations",
    check: ({ kmsKey, region }) => {
      const location = kmsKey === undefined ? undefined : KEY.exec(kmsKey)?.[1];
      return when(
        location !== undefined && location !== region,
        "kmsKey",
        kmsKey,
        `a key of ${region}: projects/PROJECT/locations/${region}/keyRings/RING/cryptoKeys/KEY`,
        "name a key of the placement's own region by its full resource name",
      );
    },
  },
  {
    id: "zone-name",
    what: "the name of a managed zone",
    limit: "1 to 63 lower-case letters, digits and hyphens, starting with a letter",
    link: "https://docs.cloud.google.com/dns/docs/reference/rest/v1/managedZones#ManagedZone.FIELDS.name",
    check: ({ zone }) =>
      when(
        zone !== undefined && !ZONE_NAME.test(zone),
        "zone",
        zone,
        "the name of a managed zone, such as example-com: neither its domain nor a hosted zone of AWS",
        "write the name that gcloud dns managed-zones list shows",
      ),
  },
];

/** Settings of a whole stack. */
export interface StackSubject {
  readonly tags: Readonly<Record<string, string>>;
  readonly logsDays?: number;
  readonly billingAccount?: string;
  readonly fargateNamespaces: readonly string[];
}

/** Labels a resource may have, and those it gets besides the tags: its concern or pool, and the provider's own. */
const MOST_LABELS = 64;
const OWN_LABELS = 6;
const MOST_LOG_DAYS = 3_650;
const BILLING_ACCOUNT = /^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/;

export const STACK_CONSTRAINTS: readonly Constraint<StackSubject>[] = [
  {
    id: "label-count",
    what: "labels of a resource",
    limit: String(MOST_LABELS),
    link: "https://docs.cloud.google.com/resource-manager/docs/labels-overview#requirements",
    check: ({ tags }) =>
      when(
        Object.keys(tags).length > MOST_LABELS - OWN_LABELS,
        "tags",
        `${Object.keys(tags).length} tags`,
        `at most ${MOST_LABELS - OWN_LABELS} on gcp, which takes ${MOST_LABELS} labels`,
        "remove some",
      ),
  },
  {
    id: "log-retention",
    what: "days logs are kept",
    limit: `1 to ${MOST_LOG_DAYS}`,
    link: "https://docs.cloud.google.com/logging/quotas#logs_retention_periods",
    check: ({ logsDays }) =>
      when(
        logsDays !== undefined && logsDays > MOST_LOG_DAYS,
        "retention.logsDays",
        logsDays,
        `at most ${MOST_LOG_DAYS} on gcp`,
        `use ${MOST_LOG_DAYS}`,
      ),
  },
  {
    id: "billing-account",
    what: "the id of a billing account",
    limit: "three groups of six hexadecimal digits in capitals",
    link: "https://docs.cloud.google.com/billing/docs/how-to/find-billing-account-id",
    check: ({ billingAccount }) =>
      when(
        billingAccount !== undefined && !BILLING_ACCOUNT.test(billingAccount),
        "access.gcp.billingAccount",
        billingAccount,
        "a billing account, such as 012345-6789AB-CDEF01",
        "write the id that gcloud billing accounts list shows",
      ),
  },
  {
    id: "no-fargate",
    what: "namespaces on Fargate",
    limit: "none: Fargate is AWS's",
    link: "https://docs.cloud.google.com/kubernetes-engine/docs/concepts/types-of-clusters",
    check: ({ fargateNamespaces }) =>
      when(
        fargateNamespaces.length > 0,
        "compute.fargateNamespaces",
        fargateNamespaces,
        "no namespaces: Fargate is AWS's, and every pod on gcp runs on a node pool",
        "remove the setting, or place the system on aws",
      ),
  },
];
