import { at, isFalse, isSet, isTrue, type Props, shown } from "./read";
import { setAt } from "./remedies";
import { type ResourceRule, type Rule, type RuleConfig, resourceRule } from "./rule";

/** The rules that ask one thing of one property, which most rules about cloud resources are. */
export type SimpleFacts = Omit<ResourceRule<RuleConfig>, "check">;

type Path = readonly [string, ...(string | number)[]];

export interface SimpleOptions {
  /** Why a resource of the right type is none of the rule's business; undefined when it is. */
  readonly unless?: (props: Props) => string | undefined;
  /** Whether setting the property is a safe remedy. @default false */
  readonly remediable?: boolean;
  /** What a remedy sets. */
  readonly remedy?: unknown;
}

export function mustBeTrue(facts: SimpleFacts, path: Path, options: SimpleOptions = {}): Rule {
  return property(facts, path, (value) => (isTrue(value) ? undefined : `is ${shown(value)}, not true`), {
    ...options,
    remedy: true,
  });
}

export function mustBeFalse(facts: SimpleFacts, path: Path, options: SimpleOptions = {}): Rule {
  return property(facts, path, (value) => (isFalse(value) ? undefined : `is ${shown(value)}, not false`), {
    ...options,
    remedy: false,
  });
}

export function mustNotBeTrue(facts: SimpleFacts, path: Path, options: SimpleOptions = {}): Rule {
  return property(facts, path, (value) => (isTrue(value) ? "is true" : undefined), { ...options, remedy: false });
}

export function mustBeSet(facts: SimpleFacts, path: Path, options: SimpleOptions = {}): Rule {
  return property(facts, path, (value) => (isSet(value) ? undefined : "is not set"), options);
}

export function mustBeOneOf(
  facts: SimpleFacts,
  path: Path,
  allowed: readonly (string | number | boolean)[],
  options: SimpleOptions = {},
): Rule {
  const ok = (value: unknown): boolean => allowed.some((candidate) => candidate === value);
  return property(
    facts,
    path,
    (value) => (ok(value) ? undefined : `is ${shown(value)}, not ${allowed.join(" or ")}`),
    options,
  );
}

/** `problem` completes a sentence that begins with the property's path. */
export function property(
  facts: SimpleFacts,
  path: Path,
  problem: (value: unknown, props: Props) => string | undefined,
  options: SimpleOptions = {},
): Rule {
  const label = path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${key}` : key),
    "",
  );
  return resourceRule({
    ...facts,
    check(resource, report) {
      const reason = options.unless?.(resource.props);
      if (reason !== undefined) resource.notApplicable(reason);
      const found = problem(at(resource.props, ...path), resource.props);
      if (found !== undefined) report(`${label} ${found}`);
    },
    ...(options.remediable && "remedy" in options
      ? { remediate: ({ props }) => setAt(props, path, options.remedy) }
      : {}),
  });
}
