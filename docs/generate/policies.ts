import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isStackRule, type Pack, packs, type Rule } from "../../policies";
import type { RuleCase } from "../../tests/policies/cases";
import { DELETE } from "../../tests/policies/harness";
import { tables } from "../../tests/policies/tables";
import { type Framework, frameworks, type Subset, subsets } from "./frameworks";

export const FILE = path.join(__dirname, "../reference/policies.md");

/** The page about every rule, made from the rules and from the cases they are tested on. */
export function policiesPage(): string {
  const rules = packs.flatMap((pack) => pack.rules);
  const lines = [
    "# Policies",
    "",
    "Generated from the rules by `npm run docs`. Do not edit.",
    "",
    `${rules.length} rules in ${packs.length} packs. Each reads resource inputs of any Pulumi program. What a rule reads but nobody knows`,
    "yet is deferred, never passed. Every rule takes, besides its own config, `exemptions` (resource, reason, expires).",
    "",
    "| pack | rules | mandatory | of stacks | with a remedy | about |",
    "|---|---|---|---|---|---|",
    ...packs.map(packRow),
    "",
    "An example is a change to a program that passes; the rule then says what follows the arrow. A remedy runs only where",
    "the pack's config sets the rule's level to `remediate`.",
    "",
    ...packs.flatMap(packSection),
    "## Coverage",
    "",
    ...frameworks.flatMap(frameworkTable),
    ...subsets.flatMap(subsetTable),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function packRow({ name, rules, description }: Pack): string {
  const count = (keep: (rule: Rule) => boolean): number => rules.filter(keep).length;
  const cells = [
    `[${name}](#${name})`,
    rules.length,
    count(({ level }) => level === "mandatory"),
    count(isStackRule),
    count(hasRemedy),
    description,
  ];
  return `| ${cells.join(" | ")} |`;
}

const hasRemedy = (rule: Rule): boolean => !isStackRule(rule) && rule.remediate !== undefined;

function packSection(pack: Pack): readonly string[] {
  return [`## ${pack.name}`, "", ...pack.rules.flatMap((rule) => ruleSection(rule, tables[pack.name]?.[rule.id]))];
}

function ruleSection(rule: Rule, example: RuleCase | undefined): readonly string[] {
  const facts = [
    `${rule.severity}, ${rule.level}`,
    ...(isStackRule(rule) ? ["over the whole stack"] : []),
    ...(hasRemedy(rule) ? ["has a remedy"] : []),
    ...(rule.sources.length > 0 ? [rule.sources.join(", ")] : []),
  ];
  return [
    `### ${rule.id}`,
    "",
    `${rule.title}.${rule.description === undefined ? "" : ` ${rule.description}.`}`,
    "",
    `- ${facts.join("; ")}`,
    `- Fix: ${rule.fix}`,
    ...configLines(rule),
    ...(example === undefined ? [] : [`- Violates it: ${exampleOf(example)}`]),
    "",
  ];
}

function configLines(rule: Rule): readonly string[] {
  return Object.entries(rule.config?.properties ?? {}).map(([name, schema]) => {
    const said = schema.description === undefined ? "" : ` ${schema.description}`;
    return `- Config \`${name}\`: ${code(schema.default)}.${said}`;
  });
}

function exampleOf({ base, fails, config: general }: RuleCase): string {
  const [failing] = fails;
  if (failing === undefined) return "none";
  const { at, to, on = 0, protect, message, config } = failing;
  const type = base[on]?.type ?? "";
  const place = typeof at === "string" ? at : at.join(".");
  const change =
    protect !== undefined
      ? `the option \`protect\` ${protect}`
      : place === ""
        ? "removed"
        : to === DELETE
          ? `\`${place}\` unset`
          : `\`${place}\` = ${code(to)}`;
  const under = { ...general, ...config };
  const terms = Object.keys(under).length > 0 ? ` under ${code(under)}` : "";
  return `\`${type}\` with ${change}${terms} → ${[message].flat().map(escaped).join("; ")}`;
}

/** A value as JSON in code marks; long ones are cut, for a page is no data file. */
function code(value: unknown): string {
  const json = JSON.stringify(value) ?? "unset";
  const short = json.length > 240 ? `${json.slice(0, 237)}...` : json;
  return short.includes("`") ? `\`\` ${short} \`\`` : `\`${short}\``;
}

const escaped = (text: string): string => text.replaceAll("*", "\\*").replaceAll("|", "\\|").replaceAll("\n", " ");

function frameworkTable({ name, note, controls }: Framework): readonly string[] {
  const covered = controls.filter(({ rules = [] }) => rules.length > 0).length;
  return [
    `### ${name}`,
    "",
    `${note} ${covered} of ${controls.length} rows have a rule.`,
    "",
    "| control | about | rules | otherwise |",
    "|---|---|---|---|",
    ...controls.map(
      ({ id, title, rules = [], note: why = "" }) => `| ${id} | ${title} | ${rules.join(", ")} | ${why} |`,
    ),
    "",
  ];
}

function subsetTable({ name, pattern, not }: Subset): readonly string[] {
  const answered = new Map<string, string[]>();
  for (const rule of packs.flatMap((pack) => pack.rules)) {
    for (const source of rule.sources.filter((id) => pattern.test(id))) {
      answered.set(source, [...(answered.get(source) ?? []), rule.id]);
    }
  }
  const ids = [...answered.keys()].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  return [
    `### ${name}`,
    "",
    `A subset: ${ids.length} ids have a rule.`,
    "",
    "| id | rules |",
    "|---|---|",
    ...ids.map((id) => `| ${id} | ${answered.get(id)?.join(", ")} |`),
    "",
    "| not | why |",
    "|---|---|",
    ...not.map(([which, why]) => `| ${which} | ${why} |`),
    "",
  ];
}

/** Whether the page in the repository is the one the rules would make. */
export function isCurrent(): boolean {
  return readFileSync(FILE, "utf8") === policiesPage();
}

if (require.main === module) writeFileSync(FILE, policiesPage());
