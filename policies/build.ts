/**
 * Builds packs that stand alone: `npm run packs` writes each to `build/packs/NAME`, a folder that the Pulumi CLI loads
 * and npm publishes with nothing of this repository beside it. The sources share code above their folders, so they
 * load only in place.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { stringify } from "yaml";
import { isStackRule, type Pack, packs, type Rule } from ".";

const HERE = __dirname;
/** The repository's own manifest: what holds for all packs. */
const root = JSON.parse(readFileSync(join(HERE, "../package.json"), "utf8")) as {
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
};
export const BUILT_PACKS = resolve(HERE, "../build/packs");

/** What the pack asks of its host: Pulumi's own packages must be the one copy the host started. */
const HOST = ["@pulumi/policy", "@pulumi/pulumi"] as const;

/** Writes every pack below `out`, and gives their folders in the order of the packs. */
export async function buildPacks(out: string, chosen: readonly Pack[] = packs): Promise<readonly string[]> {
  return Promise.all(chosen.map((pack) => buildPack(pack, join(out, pack.name))));
}

async function buildPack(pack: Pack, folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(HERE, pack.name, "index.ts")],
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: [...HOST],
    metafile: true,
    logLevel: "silent",
  });
  const bundled = packagesOf(Object.keys(metafile.inputs));
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  write("package.json", `${JSON.stringify(manifestOf(pack), null, 2)}\n`);
  write("PulumiPolicy.yaml", stringify(projectOf(pack)));
  write("README.md", readmeOf(pack));
  write("THIRD-PARTY.txt", bundled.map(noticeOf).join("\n"));
  cpSync(join(HERE, "../LICENSE"), join(folder, "LICENSE"));
  return folder;
}

function manifestOf({ name, version, description }: Pack): object {
  return {
    name: `groundplan-policies-${name}`,
    version,
    description,
    license: root.license,
    keywords: ["pulumi", "policy", "crossguard", "security"],
    type: "commonjs",
    main: "index.js",
    files: ["index.js", "PulumiPolicy.yaml", "THIRD-PARTY.txt"],
    engines: root.engines,
    dependencies: Object.fromEntries(HOST.map((dependency) => [dependency, root.dependencies[dependency]])),
  };
}

/** Plain JavaScript needs neither a compiler nor a loader, so the host is told to bring none. */
function projectOf({ description }: Pack): object {
  return { description, runtime: { name: "nodejs", options: { typescript: false } }, main: "index.js" };
}

function readmeOf({ name, description, rules, version }: Pack): string {
  const lines = [
    `# groundplan-policies-${name}`,
    "",
    `${description}. ${rules.length} rules, version ${version}, for any Pulumi program: they read the inputs of resources.`,
    "",
    "```sh",
    `npm install --prefix ${name}                             # in a copy of this folder: Pulumi's own packages`,
    `pulumi preview --policy-pack ${name}                     # with the rules' own levels`,
    `pulumi preview --policy-pack ${name} --policy-pack-config ${name}.json`,
    "```",
    "",
    "The config is one JSON object: per rule id a level (`mandatory`, `advisory`, `remediate`, `disabled`) or an object with",
    "`enforcementLevel`, the rule's own properties and `exemptions`, each with `resource`, `reason` and `expires`.",
    "",
    "| rule | severity | level | what must hold |",
    "|---|---|---|---|",
    ...rules.map((rule) => `| ${rule.id} | ${rule.severity} | ${levelOf(rule)} | ${rule.title} |`),
  ];
  return `${lines.join("\n")}\n`;
}

function levelOf(rule: Rule): string {
  return !isStackRule(rule) && rule.remediate !== undefined ? `${rule.level}, has a remedy` : rule.level;
}

/** Folders of the packages that went into a bundle. */
function packagesOf(inputs: readonly string[]): readonly string[] {
  const folders = inputs.flatMap((file) => /^(.*\/)?node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/** A package's licence, as it asks to be passed on with its code. */
function noticeOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
  return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf8")}`;
}

if (require.main === module) {
  buildPacks(BUILT_PACKS).then(
    (folders) => {
      for (const folder of folders) console.log(folder.slice(dirname(dirname(BUILT_PACKS)).length + 1));
    },
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
}
