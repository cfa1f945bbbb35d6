import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { expect } from "chai";
import { parse } from "yaml";
import { externalSecrets } from "../../automation/externalSecrets";
import { type Cell, cellsOf } from "../../automation/matrix";
import { planStack } from "../../automation/plan";
import type { RunResult } from "../../engine";
import { unwrap } from "../../engine/wire";

/** What machines are told, by path below `PLACEMENT-host`. */
type Files = Readonly<Record<string, string>>;

const CELLS = cellsOf().filter(
  ({ cloud, model }) => cloud !== "kubernetes" && (model === "standalone" || model === "single-server"),
);

async function filesOf(cell: Cell): Promise<readonly Files[]> {
  let result: RunResult | undefined;
  await planStack({
    directory: join(__dirname, "..", ".."),
    stack: "dev",
    selection: { ...cell, environment: "staging", set: [{ path: "domain", value: "example.org" }] },
    secrets: await externalSecrets(cell.system, "secret"),
    mode: "simulate",
    packs: [],
    onRun: (run) => {
      result = run;
    },
  });
  return (result?.resources ?? []).flatMap(({ outputs }) => {
    const files = unwrap(outputs.files ?? {}) as Files;
    return "host/compose.yaml" in files ? [files] : [];
  });
}

function has(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

function run(program: string, ...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(program, [...args], { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}`.trim() };
}

describe("hosts of every cell, by the programs that read their files", function () {
  this.timeout(60_000);
  const schema = JSON.parse(
    readFileSync(join(__dirname, "../components/host/fixtures/compose-spec.json"), "utf8"),
  ) as object;
  const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-hosts-"));
  });
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function written(path: string, text: string): string {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  it("are those of six systems, two models and two clouds", () => {
    expect(CELLS).to.have.lengthOf(24);
  });

  for (const cell of CELLS) {
    const title = `${cell.system}, ${cell.model} on ${cell.cloud}`;
    it(`have a compose file, a cloud-init and a proxy that are taken: ${title}`, async () => {
      const hosts = await filesOf(cell);
      expect(hosts).to.have.lengthOf(1);
      const [files = {}] = hosts;
      expect(Object.keys(files)).to.include.members(["host/compose.yaml", "host/nginx.conf", "host/cloud-init.yaml"]);
      expect(validate(parse(files["host/compose.yaml"] ?? "")), JSON.stringify(validate.errors)).to.equal(true);

      if (has("nginx") && has("openssl")) {
        const nginx = written("nginx.conf", readable(files["host/nginx.conf"] ?? "", directory));
        expect(run("nginx", "-t", "-q", "-c", nginx)).to.deep.equal({ status: 0, output: "" });
      }
      if (has("cloud-init")) {
        const config = written("user-data", files["host/cloud-init.yaml"] ?? "");
        expect(run("cloud-init", "schema", "--config-file", config).output).to.match(/Valid (cloud-config|schema)/);
      }
      const missing = ["nginx", "openssl", "cloud-init"].filter((program) => !has(program));
      if (missing.length > 0) {
        console.log(`      not read by ${missing.join(", ")}: not found`);
      }
    });
  }
});

/** A proxy's configuration with its certificates and logs where this user may have them. */
function readable(text: string, directory: string): string {
  for (const [, path = ""] of text.matchAll(/ssl_certificate(?:_key)? (\/etc\/nginx\/certificates\/[^;]+);/g)) {
    mkdirSync(dirname(path.replace("/etc/nginx/certificates", directory)), { recursive: true });
  }
  for (const [, path = ""] of text.matchAll(/ssl_certificate (\/etc\/nginx\/certificates\/[^;]+);/g)) {
    const certificate = path.replace("/etc/nginx/certificates", directory);
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const key = certificate.replace("fullchain", "privkey");
    run("openssl", ...request, "-subj", "/CN=example.org", "-keyout", key, "-out", certificate);
  }
  return text
    .replaceAll("/tmp/", `${directory}/`)
    .replaceAll("/etc/nginx/certificates", directory)
    .replace("/dev/stdout", `${directory}/access.log`);
}
