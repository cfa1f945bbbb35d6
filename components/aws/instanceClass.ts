import { closest } from "../validation/suggestions";

/** How a service of AWS writes what its machines are called. */
export interface ClassForm {
  readonly prefix: string;
  readonly suffix: string;
}

/** https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
export const EC2_TYPE: ClassForm = { prefix: "", suffix: "" };
/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Types.html */
export const RDS_CLASS: ClassForm = { prefix: "db.", suffix: "" };
/** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html */
export const CACHE_TYPE: ClassForm = { prefix: "cache.", suffix: "" };
/** https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html */
export const SEARCH_TYPE: ClassForm = { prefix: "", suffix: ".search" };

/** Multiples of xlarge that some family has. Families are not listed: a new one comes every few months, a new size seldom. */
const MULTIPLES = [
  2, 3, 4, 6, 8, 9, 10, 12, 14, 16, 18, 24, 32, 36, 48, 56, 64, 72, 96, 112, 128, 144, 192, 224, 384, 448, 480, 896,
];
const NAMED_SIZES = ["nano", "micro", "small", "medium", "large", "xlarge", "metal"];
const SIZES = [...NAMED_SIZES, ...MULTIPLES.map((times) => `${times}xlarge`)];
/** `m6gd`, `c7i-flex`, `u7in-16tb`, `p6-b200`, and the two that have their generation after a hyphen. */
const FAMILY = /^([a-z]+\d[a-z0-9]*(-[a-z0-9]+)*|(u|mac)-[a-z0-9]+)$/;
const METAL = /^metal-\d+xl$/;
/** Aurora's, which has neither family nor size. */
const SERVERLESS = "db.serverless";

/** Whether a name can be one of the service's: its family by form, its size by what sizes there are. */
export function isClass(name: string, form: ClassForm): boolean {
  if (!name.startsWith(form.prefix) || !name.endsWith(form.suffix)) {
    return false;
  }
  const [family = "", size = "", ...rest] = bare(name, form).split(".");
  const known = FAMILY.test(family) && (SIZES.includes(size) || METAL.test(size));
  return (known && rest.length === 0) || (form === RDS_CLASS && name === SERVERLESS);
}

/** The name that a wrong one was most likely meant to be, as a fix; `otherwise` where none is near. */
export function classFix(name: string, form: ClassForm, otherwise: string): string {
  const meant = nearest(name.trim().toLowerCase(), form);
  return meant === undefined ? otherwise : `did you mean ${meant}?`;
}

function nearest(name: string, form: ClassForm): string | undefined {
  const [family = "", written = ""] = bare(name, form)
    .replace(/^(db|cache)\./, "")
    .replace(/\.search$/, "")
    .split(".");
  const size = sizeNear(written);
  const meant = `${form.prefix}${family}.${size}${form.suffix}`;
  return size !== undefined && isClass(meant, form) ? meant : undefined;
}

/** A wrong number says nothing of the right one; a wrong word does. */
function sizeNear(written: string): string | undefined {
  if (SIZES.includes(written) || METAL.test(written)) {
    return written;
  }
  const number = /^\d+/.exec(written)?.[0];
  return closest(
    written,
    SIZES.filter((size) => number === undefined || size === `${number}xlarge`),
  );
}

function bare(name: string, { prefix, suffix }: ClassForm): string {
  const start = name.startsWith(prefix) ? prefix.length : 0;
  return name.slice(start, name.endsWith(suffix) ? name.length - suffix.length : undefined);
}
