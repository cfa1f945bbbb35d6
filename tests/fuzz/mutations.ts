import fc from "fast-check";

/** Values that are wrong nearly everywhere, and the names the language is made of, where they do not belong. */
const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "NaN",
    [],
    {},
    [[]],
    { "": "" },
    "__proto__",
    "constructor",
    "toString",
    "💥",
    "a".repeat(5_000),
    "../../etc/passwd",
    "$X",
    "*",
    "0/0 * * * *",
    "10.0.0.0/33",
    "1Gi",
    "500m",
    "99999999Ti",
    "@sha256:",
    "https://",
    "\u0000",
  ),
  fc.constantFrom<unknown>(
    "postgres",
    "redis",
    "bucket",
    "deployment",
    "daemonset",
    "cronjob",
    "job",
    "standalone",
    "global",
    "aws",
    "gcp",
    "kubernetes",
    "production",
    "backend",
    "database",
    "replica",
    "public",
  ),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
);

export interface Mutation {
  readonly kind: "replace" | "remove" | "rename" | "copy" | "wrap" | "duplicate";
  /** Which of the places, as a share of them; and a second one for what is copied there. */
  readonly place: number;
  readonly other: number;
  readonly value: unknown;
}

export const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom<Mutation["kind"]>(
    "replace",
    "replace",
    "replace",
    "remove",
    "rename",
    "copy",
    "wrap",
    "duplicate",
  ),
  place: share,
  other: share,
  value: values,
});

type Container = Record<PropertyKey, unknown>;

/** Every place of a value: what holds it, and under which key. */
function places(value: unknown): readonly { readonly holder: Container; readonly key: string | number }[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const holder = value as Container;
  const keys: readonly (string | number)[] = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return keys.flatMap((key) => [{ holder, key }, ...places(holder[key])]);
}

export function mutate(value: unknown, { kind, place, other, value: strange }: Mutation): void {
  const all = places(value);
  const target = all[Math.floor(place * all.length)];
  const source = all[Math.floor(other * all.length)];
  if (!target || !source) {
    return;
  }
  const { holder, key } = target;
  const current = holder[key];
  switch (kind) {
    case "replace":
      define(holder, key, strange);
      return;
    case "remove":
      if (Array.isArray(holder)) {
        holder.splice(Number(key), 1);
      } else {
        delete holder[key];
      }
      return;
    case "rename":
      delete holder[key];
      define(holder, typeof strange === "string" ? strange : `${String(key)}x`, current);
      return;
    case "copy":
      define(holder, key, structuredClone(source.holder[source.key]));
      return;
    case "wrap":
      define(holder, key, Array.isArray(current) ? { item: current } : [current]);
      return;
    case "duplicate":
      if (Array.isArray(holder)) {
        holder.push(structuredClone(current));
      } else {
        define(holder, `${String(key)}-2`, structuredClone(current));
      }
      return;
    default:
      kind satisfies never;
  }
}

/** Sets a key that may be `__proto__`, as a parser would. */
function define(holder: Container, key: PropertyKey, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}
