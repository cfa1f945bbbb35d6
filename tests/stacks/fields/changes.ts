import { z } from "zod";
import type { Leaf } from "./leaves";
import { type Change, changed, isRight, type Put, type Written } from "./sweep";

/** Ways tried of a field. */
const WAYS = 3;

/** What goes with a value elsewhere in the system, by path. */
class With {
  constructor(
    readonly value: unknown,
    readonly also: Readonly<Record<string, unknown>>,
  ) {}
}

const SERVICES_THAT_PUSH = ["web", "ledger", "agent", "nightly", "migrate"];

/** Other values of what must agree with other parts of the system, by the path in it. */
const OTHERS: Readonly<Record<string, unknown>> = {
  "system.services.guard.uses.0": "memory",
  "system.services.worker.uses.1.to": "files",
  "system.services.migrate.uses.0.access": "write",
  "system.services.ledger.uses.0.endpoint": new With("replica", { "system.services.ledger.uses.0.access": "read" }),
  "system.services.web.uses.0.connections": 400,
  "system.services.web.uses.8.port": "admin",
  "system.services.web.volumes.0.share": "others",
  "system.services.web.metrics.port": "http",
  "system.services.ledger.metrics.port": "http",
  "system.services.agent.metrics.port": "http",
  "system.services.worker.scaling.queue.store": new With("jobs", { "system.services.worker.uses.0.to": "jobs" }),
  "system.services.web.scaling.min": 3,
  "system.routes.0.port": "admin",
  "system.routes.1.to": new With("web", { "system.routes.1.port": "admin" }),
  "system.edge.redirects.0.to": "books",
  "system.edge.authentication.host": "books",
  "system.edge.cdnRegions": ["north-america"],
  "system.stores.main-db.backupWindow": "04:00-05:00",
  "system.stores.main-db.maintenanceWindow": "tue:06:00-tue:07:00",
  "system.stores.main-db.extensions": ["pg_trgm"],
  "system.stores.side-db.version": "15",
  "system.stores.queue.version": "6",
  "system.stores.fast.version": "6",
  "system.stores.queue.mode": new With("single", { "system.stores.queue.replicas": 0 }),
  "system.stores.files.cdn": new With(false, { "system.stores.files.cdnPath": undefined }),
  "system.stores.copies.locked": new With(false, { "system.stores.copies.retentionDays": undefined }),
  "system.stores.logs.lifecycle.expireDays": 400,
  "system.external.pay.secrets": new With(
    { token: "Key of the payment service" },
    { "system.services.web.uses.9.env": { PAY_KEY: "token" } },
  ),
  "system.backups.daily.store": "side-db",
  "system.backups.daily.bucket": "logs",
  "system.stores.main-db.classes.gcp": "db-custom-6-16384",
  "system.nodePools.apps.classes.gcp": "n2-standard-4",
  "system.nodePools.apps.alternatives.gcp": ["n2d-standard-4"],
  "system.nodePools.apps.alternatives.aws": ["m4.xlarge"],
  "system.nodePools.data.spot": true,
  "system.nodePools.apps.architecture": new With("arm64", {
    "system.nodePools.apps.classes": {},
    "system.nodePools.apps.alternatives": undefined,
  }),
  "system.observability.pushgateway": new With(
    false,
    Object.fromEntries(SERVICES_THAT_PUSH.map((name) => [`system.services.${name}.pushMetrics`, false])),
  ),
  "system.observability.logs": new With("loki", { "system.observability.logStore": undefined }),
  "system.observability.logStore": undefined,
};

/** What may be put in place of a field's values and is right by itself, grouped by field as `nameOf` names it. */
export function changesOf(
  written: Written,
  leaves: readonly Leaf[],
  nameOf: (leaf: Leaf) => string,
): readonly Change[] {
  const ways = new Map<string, Put[]>();
  for (const leaf of leaves) {
    const puts = valuesOf(leaf).map((way) =>
      way instanceof With ? { leaf, value: way.value, also: way.also } : { leaf, value: way },
    );
    ways.set(nameOf(leaf), [...(ways.get(nameOf(leaf)) ?? []), ...puts]);
  }
  return [...ways].map(([field, puts]) => ({
    field,
    ways: likeliest(puts)
      .filter((put) => isRight(changed(written, [put]).system))
      .slice(0, WAYS),
  }));
}

/** What is written down here first, then one way of each place: those are likelier to differ than two of one place. */
function likeliest(puts: readonly Put[]): readonly Put[] {
  const rank = (put: Put) => puts.filter(({ leaf }) => leaf === put.leaf).indexOf(put);
  const known = ({ leaf }: Put) => leaf.at.join(".") in OTHERS;
  return [...puts].sort((a, b) => Number(known(b)) - Number(known(a)) || rank(a) - rank(b));
}

/** Other values a field may have, the likeliest to be accepted first; `undefined` takes the field away. */
function valuesOf({ at, schema, value }: Leaf): readonly unknown[] {
  const path = at.join(".");
  const pool = at.at(-1) === "nodePool" ? [value === "apps" ? "data" : "apps"] : [];
  const port = at.at(-1) === "port" && value === "http" ? ["admin"] : [];
  return [...(path in OTHERS ? [OTHERS[path]] : []), ...pool, ...port, ...generic(schema, value), undefined];
}

function generic(schema: z.ZodType, value: unknown): readonly unknown[] {
  if (schema instanceof z.ZodEnum) {
    return schema.options.filter((option) => option !== value);
  }
  if (typeof value === "boolean") {
    return [!value];
  }
  if (typeof value === "number") {
    return [value + 1, value - 1];
  }
  if (Array.isArray(value)) {
    const [first, ...rest] = value as readonly unknown[];
    return [...(typeof first === "string" ? [[...value, `${first}x`]] : []), rest];
  }
  if (typeof value === "object" && value !== null) {
    const [[key, first] = ["", ""]] = Object.entries(value);
    return [{ ...value, [key]: `${String(first)}x` }, {}];
  }
  return typeof value === "string" ? texts(value) : [];
}

/** Texts like another one: a number in it one higher, or a letter more. */
function texts(value: string): readonly string[] {
  const numbered = value.replace(/\d+/, (digits) => String(Number(digits) + 1));
  return [...(numbered === value ? [] : [numbered]), `${value}x`];
}
