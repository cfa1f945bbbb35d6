import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect } from "chai";

const ROOT = join(__dirname, "..");

/** What each folder may import of the project, besides itself. `file` entries name single modules. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  systems: ["components/errors", "components/naming", "components/quantities", "components/validation"],
  components: ["systems"],
  stacks: ["components", "systems"],
  engine: [],
  policies: [],
  automation: ["components", "engine", "policies", "stacks", "systems", "index"],
  cli: ["automation", "components", "engine", "policies", "stacks", "systems", "package.json"],
};

describe("architecture", () => {
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${folder}/ imports nothing but ${allowed.join(", ") || "itself and packages"}`, () => {
      const strangers = sources(folder).flatMap((file) =>
        localImports(file)
          .filter((target) => !isWithin(target, folder) && !allowed.some((entry) => isWithin(target, entry)))
          .map((target) => `${file} -> ${target}`),
      );
      expect(strangers).to.deep.equal([]);
    });
  }

  it("systems/ and components/ validation import no Pulumi, so that a system is checked without it", () => {
    const withPulumi = [
      ...sources("systems"),
      "components/errors.ts",
      "components/naming.ts",
      "components/quantities.ts",
      "components/validation.ts",
    ].filter((file) => /from "@pulumi\//.test(readFileSync(join(ROOT, file), "utf8")));
    expect(withPulumi).to.deep.equal([]);
  });

  it("the stack's configuration is read in one place", () => {
    const readers = ["components", "stacks", "systems", "automation", "cli"]
      .flatMap(sources)
      .filter((file) => /new pulumi\.Config\(/.test(readFileSync(join(ROOT, file), "utf8")))
      .filter((file) => !file.startsWith("stacks/settings"));
    expect(readers).to.deep.equal([]);
  });

  it("no cloud's SDK is imported by another cloud's files", () => {
    const clouds = ["aws", "gcp", "kubernetes"];
    const wrong = ["components", "stacks"].flatMap(sources).flatMap((file) => {
      const own = clouds.find((cloud) => new RegExp(`[/.]${cloud}[./]`, "i").test(file));
      const imported = [
        ...readFileSync(join(ROOT, file), "utf8").matchAll(/^import (?!type ).*"@pulumi\/(aws|gcp)/gm),
      ].map((match) => match[1]);
      return own === undefined ? [] : imported.filter((cloud) => cloud !== own).map((cloud) => `${file} -> ${cloud}`);
    });
    expect(wrong).to.deep.equal([]);
  });
});

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
    .map((file) => join(folder, file));
}

function localImports(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/(?:from |import\(|require\()"(\.[^"]*)"/g)].map((match) =>
    relative(ROOT, normalize(join(ROOT, dirname(file), match[1] ?? ""))),
  );
}

function isWithin(target: string, entry: string): boolean {
  return target === entry || target.startsWith(`${entry}/`);
}
