import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { parse } from "yaml";
import { awsHostCloud, USER_DATA_LIMIT } from "../../../components/host/aws/commands";
import { DOCKER_CONFIG } from "../../../components/host/boot/dockerConfig";
import { compressed } from "../../../components/host/cloudInit";
import type { HostFile } from "../../../components/host/contract";
import { checkUserData } from "../../../components/host/rendered";
import type { SystemInput } from "../../../systems/spec";
import { skipBecause } from "../../skipBecause";
import { configOf, describeHost, isInstalled, MODELS, run, SYSTEMS } from "./support";

interface CloudConfig {
  readonly packages: readonly string[];
  readonly write_files: readonly {
    readonly path: string;
    readonly content: string;
    readonly permissions: string;
  }[];
  readonly runcmd: readonly (readonly string[])[];
}

const CASES = Object.entries(SYSTEMS).flatMap(([name, system]) =>
  MODELS.map((model) => ({ title: `${name}, ${model}`, description: describeHost(system, model) })),
);

function scraper() {
  return configOf(describeHost(SYSTEMS["doc-scraper"] as SystemInput, "single-server"));
}

function fileOf(files: readonly HostFile[], path: string): HostFile {
  const file = files.find((each) => each.path === path);
  if (!file) {
    throw new Error(`no file ${path}`);
  }
  return file;
}

describe("host cloud-init", () => {
  for (const { title, description } of CASES) {
    it(`of ${title} fits into the user data, and unpacks to itself`, () => {
      const { config } = configOf(description);
      const packed = compressed(config);
      expect(packed.length).to.be.below(USER_DATA_LIMIT);
      expect(gunzipSync(packed).toString()).to.equal(config);
    });

    it(`of ${title} writes each file once, programs and units alike`, () => {
      const { write_files: files } = parse(configOf(description).config) as CloudConfig;
      const paths = files.map(({ path }) => path);
      expect(paths).to.deep.equal([...new Set(paths)]);
      expect(paths).to.include.members(["/opt/groundplan/compose.yaml", "/etc/systemd/system/groundplan.service"]);
    });

    it(`of ${title} names no secret that is not fetched at boot`, () => {
      const { files } = configOf(description);
      const known = fileOf(files, "/opt/groundplan/secrets.list")
        .content.trim()
        .split("\n")
        .map((line) => line.split(" ")[0]);
      const used = files.flatMap(({ content }) =>
        [...content.matchAll(/\{\{([a-z0-9-]+)\}\}/g)].map((match) => match[1]),
      );
      expect(known).to.include.members(used);
    });

    it(`of ${title} makes every file of a secret that something reads`, () => {
      const { files } = configOf(description);
      const read = files.flatMap(({ content }) =>
        [...content.matchAll(/\/run\/groundplan\/(secrets|env)\/([a-z0-9][a-z0-9.-]*)/g)].map(
          ([, kind, name]) => `${kind}/${name}`,
        ),
      );
      const single = fileOf(files, "/opt/groundplan/secret-files.list").content.trim().split("\n").filter(Boolean);
      const made = [
        ...single.map((line) => `secrets/${line.split(" ")[0]}`),
        ...files.flatMap(({ path }) =>
          path.startsWith("/opt/groundplan/env/") ? [path.replace("/opt/groundplan/", "")] : [],
        ),
      ];
      expect([...new Set(read)].sort()).to.deep.equal([...made].sort());
    });
  }

  it("asks for packages, and starts the units that start the system", () => {
    const { packages, runcmd } = parse(scraper().config) as CloudConfig;
    expect(packages).to.deep.equal([
      ...["certbot", "docker-compose-v2", "docker.io", "gnupg", "openssl", "unattended-upgrades"],
    ]);
    const [command, ...units] = runcmd.at(-1) ?? [];
    expect([command, ...units.slice(0, 2)]).to.deep.equal(["systemctl", "enable", "--now"]);
    expect(units.slice(2)).to.have.members([
      "groundplan-data.service",
      "groundplan-secrets.service",
      "groundplan-firewall.service",
      "groundplan.service",
      "groundplan-refresh-secrets.timer",
      "groundplan-check-health.timer",
      "groundplan-renew-certificates.timer",
      "groundplan-backup-daily.timer",
      "groundplan-restore-test-daily.timer",
    ]);
  });

  it("runs the dump and its restore by the document's clock", () => {
    const { files } = scraper();
    expect(fileOf(files, "/etc/systemd/system/groundplan-backup-daily.timer").content).to.include(
      "OnCalendar=*-*-* 02:00:00 UTC",
    );
    expect(fileOf(files, "/etc/systemd/system/groundplan-restore-test-daily.timer").content).to.include(
      "OnCalendar=*-*-* 05:00:00 UTC",
    );
  });

  it("dumps, compresses and encrypts in one pipe that fails as a whole, reads back, uploads, publishes last", () => {
    const { content } = fileOf(scraper().files, "/opt/groundplan/bin/backup-daily");
    const order = [
      "pipefail",
      "pg_dump",
      "| gzip |",
      "AES256",
      "--decrypt",
      "PGDMP",
      "put-object",
      "cmp",
      "latest-daily",
    ];
    const found = order.map((word) => content.indexOf(word));
    expect(found).to.deep.equal([...found].sort((a, b) => a - b));
    expect(found).to.not.include(-1);
  });

  it("runs a smoke test once the system is up", () => {
    const { files } = configOf(describeHost(SYSTEMS.webharvest as SystemInput, "single-server"));
    expect(fileOf(files, "/etc/systemd/system/groundplan-job-smoke-test.service").content).to.include(
      "run --rm -T smoke-test",
    );
  });

  it("refuses files too large for user data, by the field that holds them", () => {
    // Hexadecimal digits of no pattern: they compress to half.
    const noise = Array.from({ length: 60_000 }, (_, index) => ((index * 2_654_435_761) >>> 13).toString(16)).join("");
    const description = describeHost(SYSTEMS.vibebox as SystemInput, "standalone", {
      overrides: { services: { frontend: { files: { "/etc/large.conf": noise } } } },
    });
    const cloud = awsHostCloud({ region: "us-east-1", namespace: "n", logGroup: "g", registries: [] });
    expect(() => checkUserData(description, cloud)).to.throw(/services\.frontend\.files[\s\S]*at most 16384 bytes/);
  });

  it("logs in to the account's own registry with the machine's role", () => {
    const cloud = awsHostCloud({
      ...{ region: "us-east-1", namespace: "n", logGroup: "g" },
      registries: ["111122223333.dkr.ecr.us-east-1.amazonaws.com"],
    });
    expect(cloud.packages).to.deep.equal(["amazon-ecr-credential-helper"]);
    expect(JSON.parse(fileOf(cloud.files, DOCKER_CONFIG).content)).to.deep.equal({
      credHelpers: { "111122223333.dkr.ecr.us-east-1.amazonaws.com": "ecr-login" },
    });
  });

  describe("by the tools that read it", function () {
    this.timeout(60_000);
    let directory: string;

    before(() => {
      directory = mkdtempSync(join(tmpdir(), "groundplan-host-"));
    });
    after(() => {
      rmSync(directory, { recursive: true, force: true });
    });

    function scriptsOf(files: readonly HostFile[]): readonly HostFile[] {
      return files.filter(({ content }) => content.startsWith("#!/bin/bash"));
    }

    function written(file: HostFile): string {
      const path = join(directory, file.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.content, { mode: Number.parseInt(file.permissions ?? "0644", 8) });
      return path;
    }

    for (const { title, description } of CASES) {
      it(`passes cloud-init's schema: ${title}`, function () {
        if (!isInstalled("cloud-init")) {
          skipBecause(this, "cloud-init not found");
        }
        const path = written({ path: "/user-data", content: configOf(description).config });
        const result = run("cloud-init", ["schema", "--config-file", path]);
        expect(result.output).to.match(/Valid (cloud-config|schema)/);
        expect(result.status).to.equal(0);
      });
    }

    it("is made of scripts bash can read", () => {
      for (const script of CASES.flatMap(({ description }) => scriptsOf(configOf(description).files))) {
        const result = run("bash", ["-n", written(script)]);
        expect(result.output, script.path).to.equal("");
      }
    });

    it("is made of scripts ShellCheck finds nothing in", function () {
      if (!isInstalled("shellcheck")) {
        skipBecause(this, "shellcheck not found");
      }
      const scripts = scriptsOf(configOf(describeHost(SYSTEMS.webharvest as SystemInput, "single-server")).files);
      const result = run("shellcheck", ["--shell=bash", ...scripts.map(written)]);
      expect(result.output).to.equal("");
    });

    it("is made of units systemd accepts", function () {
      if (!isInstalled("systemd-analyze")) {
        skipBecause(this, "systemd-analyze not found");
      }
      const { files } = configOf(describeHost(SYSTEMS.webharvest as SystemInput, "single-server"));
      const units = files
        .filter(({ path }) => path.startsWith("/etc/systemd/system/"))
        .map((file) =>
          // The programs it starts are on the host, not here.
          written({ ...file, content: file.content.replace(/^(Exec\w+=)\S+/gm, "$1/bin/true") }),
        );
      const result = run("systemd-analyze", ["verify", "--man=no", ...units]);
      const complaints = result.output
        .split("\n")
        .filter((line) => line.includes("groundplan") && !/docker\.service|snapd|[Uu]nit .* not found/.test(line));
      expect(complaints).to.deep.equal([]);
    });

    /** The host's files below the directory, with stand-ins for what the cloud and Docker bring. */
    function install(files: readonly HostFile[], stubs: Readonly<Record<string, string>>): string {
      const root = mkdtempSync(join(directory, "h"));
      const here = (text: string) =>
        ["/opt/groundplan", "/run/groundplan", "/srv/data"].reduce(
          (moved, path) => moved.replaceAll(path, `${root}${path}`),
          text,
        );
      for (const file of files.filter(({ path }) => path.startsWith("/opt/groundplan/"))) {
        mkdirSync(dirname(here(file.path)), { recursive: true });
        writeFileSync(here(file.path), here(file.content), { mode: 0o755 });
      }
      for (const [name, body] of Object.entries(stubs)) {
        writeFileSync(`${root}/opt/groundplan/bin/${name}`, `#!/bin/bash\n${body}\n`, { mode: 0o755 });
      }
      mkdirSync(`${root}/run/groundplan/secrets`, { recursive: true });
      mkdirSync(`${root}/srv/data`, { recursive: true });
      mkdirSync(`${root}/bucket`);
      return root;
    }

    const OBJECTS = (root: string) => ({
      "put-object": `echo "put \${2##*/}" >> ${root}/log; cp "$1" "${root}/bucket/\${2##*/}"`,
      "get-object": `cp "${root}/bucket/\${1##*/}" "$2"`,
      "publish-metric": `echo "$@" >> ${root}/log`,
    });

    function backUp(docker: string) {
      const { files } = scraper();
      const root = install(files, {});
      for (const [name, body] of Object.entries({ ...OBJECTS(root), docker })) {
        writeFileSync(`${root}/opt/groundplan/bin/${name}`, `#!/bin/bash\n${body}\n`, { mode: 0o755 });
      }
      writeFileSync(`${root}/run/groundplan/secrets/backup-daily-passphrase`, "passphrase");
      const bin = `${root}/opt/groundplan/bin`;
      const result = run("env", [`PATH=${bin}:${process.env.PATH}`, "bash", `${bin}/backup-daily`]);
      return { root, ...result };
    }

    it("makes a copy that can be read back, and publishes its name last", function () {
      if (!isInstalled("gpg")) {
        skipBecause(this, "gpg not found");
      }
      const { root, status, output } = backUp("echo PGDMP and the data");
      expect(output).to.equal("");
      expect(status).to.equal(0);
      const day = new Date().toISOString().slice(0, 10);
      expect(readFileSync(`${root}/log`, "utf8")).to.match(
        new RegExp(`^put ${day}\\.sql\\.gz\\.enc\\nput latest-daily\\nBackupBytes-daily \\d+\\n$`),
      );
      expect(readFileSync(`${root}/bucket/latest-daily`, "utf8").trim()).to.equal(`${day}.sql.gz.enc`);
      const copy = run("sh", [
        "-c",
        `gpg --batch --quiet --pinentry-mode loopback --passphrase passphrase --decrypt ${root}/bucket/${day}.sql.gz.enc | gunzip`,
      ]);
      expect(copy.output).to.equal("PGDMP and the data\n");
    });

    it("makes a copy of a dump far larger than a pipe holds", function () {
      if (!isInstalled("gpg")) {
        skipBecause(this, "gpg not found");
      }
      const { root, status, output } = backUp("echo PGDMP; head --bytes 3000000 /dev/urandom");
      expect([status, output]).to.deep.equal([0, ""]);
      const day = new Date().toISOString().slice(0, 10);
      expect(readdirSync(`${root}/bucket`).sort()).to.deep.equal([`${day}.sql.gz.enc`, "latest-daily"]);
      expect(statSync(`${root}/bucket/${day}.sql.gz.enc`).size).to.be.greaterThan(2_900_000);
    });

    it("uploads nothing that is no dump", function () {
      if (!isInstalled("gpg")) {
        skipBecause(this, "gpg not found");
      }
      const { root, status } = backUp("echo an error page");
      expect(status).to.not.equal(0);
      expect(readdirSync(`${root}/bucket`)).to.deep.equal([]);
    });

    it("uploads nothing when the dump fails halfway", function () {
      if (!isInstalled("gpg")) {
        skipBecause(this, "gpg not found");
      }
      const { root, status } = backUp("echo PGDMP and half of the data; exit 1");
      expect(status).to.not.equal(0);
      expect(readdirSync(`${root}/bucket`)).to.deep.equal([]);
      expect(readdirSync(`${root}/srv/data/scratch`)).to.deep.equal([]);
    });

    it("writes secrets to files of their one reader, and never twice", function () {
      if (process.getuid?.() !== 0) {
        skipBecause(this, "only root gives files to another user");
      }
      // A value with everything a shell or a replacement could take for its own.
      const root = install(scraper().files, { "fetch-secret": `printf '%s' 'a&b$c"d\\e'` });
      const script = `${root}/opt/groundplan/bin/write-secrets`;
      const result = run("bash", [script]);
      expect(result.output).to.equal("");
      const variables = `${root}/run/groundplan/env/api.env`;
      expect(readFileSync(variables, "utf8")).to.equal(
        'DATABASE_URL=postgresql://api:a&b$c"d\\e@database:5432/scraper\nREDIS_URL=redis://:a&b$c"d\\e@redis:6379/0\n',
      );
      expect(statSync(variables).mode & 0o777).to.equal(0o600);
      const single = `${root}/run/groundplan/secrets/redis-password`;
      expect(readFileSync(single, "utf8")).to.equal('a&b$c"d\\e');
      expect([statSync(single).mode & 0o777, statSync(single).uid]).to.deep.equal([0o400, 10_001]);
      const before = statSync(single).ino;
      run("bash", [script]);
      expect(statSync(single).ino).to.equal(before);
    });
  });
});
