import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { artifactRepositories } from "../../../components/gcp/images";
import { hostFiles } from "../../../components/host/cloudInit";
import { planCompose } from "../../../components/host/compose";
import { artifactRegistries, gcpHostCloud, metricPrefix, splitMetric } from "../../../components/host/gcp/commands";
import { GCP_MACHINES } from "../../../components/host/gcp/machines";
import { checkUserData } from "../../../components/host/rendered";
import { planSize } from "../../../components/host/sizing";
import type { SystemInput } from "../../../systems/spec";
import { skipBecause } from "../../skipBecause";
import { describeHost, factsOf, isInstalled, MODELS, run, SYSTEMS } from "./support";

const REGISTRY = "europe-docker.pkg.dev";
const CLOUD = gcpHostCloud({
  project: "some-project",
  metrics: metricPrefix("doc-scraper", "staging", "main"),
  registries: [REGISTRY],
});
const TOKEN = "ya29.token";

describe("host on gcp", () => {
  let root = "";
  before(() => {
    root = mkdtempSync(join(tmpdir(), "groundplan-gcp-"));
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  /** Writes the cloud's commands below a directory, with a curl that answers from a script and notes what it was asked. It
   * reads its input whenever there is one, as curl does: who writes to one that left would fail.
   */
  function install(): string {
    const here = mkdtempSync(join(root, "h"));
    for (const file of [...CLOUD.commands, ...CLOUD.files]) {
      const path = join(here, file.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.content.replaceAll("/opt/groundplan", `${here}/opt/groundplan`), { mode: 0o755 });
    }
    const bin = join(here, "opt/groundplan/bin");
    const curl = `#!/bin/bash
printf '%s\\n' "$*" >> ${here}/arguments
case "$*" in
  *service-accounts/default/token) echo '{"access_token": "${TOKEN}"}' ;;
  *storage/v1/b/*) cat > ${here}/header; echo '{"items": [{"name": "daily/latest-daily/2026-11-20T03:00:00Z"}, {"name": "daily/latest-daily/2026-11-21T03:00:00Z"}]}' ;;
  *instance/id) echo 4711 ;;
  *instance/zone) echo projects/1/zones/us-central1-a ;;
  *:access) cat > ${here}/header; echo '{"payload": {"data": "'"$(printf 'a secret' | base64)"'"}}' ;;
  *) cat > ${here}/header ;;
esac
`;
    writeFileSync(join(bin, "curl"), curl, { mode: 0o755 });
    return here;
  }

  function call(here: string, path: string, args: readonly string[], input?: string) {
    const bin = join(here, "opt/groundplan/bin");
    return run("env", [`PATH=${bin}:${process.env.PATH}`, "bash", join(here, path), ...args], input);
  }

  it("brings scripts ShellCheck finds nothing in", function () {
    if (!isInstalled("shellcheck")) {
      skipBecause(this, "shellcheck not found");
    }
    const here = install();
    const scripts = [...CLOUD.commands, ...CLOUD.files].filter(({ content }) => content.startsWith("#!/bin/bash"));
    expect(run("shellcheck", ["--shell=bash", ...scripts.map(({ path }) => join(here, path))]).output).to.equal("");
  });

  it("reads a secret with the machine's token, which no argument shows", function () {
    if (!isInstalled("jq")) {
      skipBecause(this, "jq not found");
    }
    const here = install();
    const { output } = call(here, "opt/groundplan/bin/fetch-secret", ["projects/p/secrets/s"]);
    expect(output).to.equal("a secret");
    const asked = readFileSync(`${here}/arguments`, "utf8");
    expect(asked).to.include("https://secretmanager.googleapis.com/v1/projects/p/secrets/s/versions/latest:access");
    expect(asked).to.not.include(TOKEN);
    expect(readFileSync(`${here}/header`, "utf8")).to.equal(`Authorization: Bearer ${TOKEN}\n`);
  });

  it("copies to and from a bucket, a stream each", function () {
    if (!isInstalled("jq")) {
      skipBecause(this, "jq not found");
    }
    const here = install();
    call(here, "opt/groundplan/bin/put-object", ["/srv/file", "gs://bucket/daily/copy"]);
    call(here, "opt/groundplan/bin/get-object", ["gs://bucket/daily/copy", "/srv/back"]);
    const asked = readFileSync(`${here}/arguments`, "utf8");
    expect(asked).to.include("--upload-file /srv/file https://storage.googleapis.com/bucket/daily/copy");
    expect(asked).to.include("--output /srv/back https://storage.googleapis.com/bucket/daily/copy");
  });

  it("overwrites nothing, as a locked bucket would refuse it: the last of what names the newest copy counts", function () {
    if (!isInstalled("jq")) {
      skipBecause(this, "jq not found");
    }
    const here = install();
    call(here, "opt/groundplan/bin/put-object", ["/srv/latest", "gs://bucket/daily/latest-daily"]);
    call(here, "opt/groundplan/bin/get-object", ["gs://bucket/daily/latest-daily", "/srv/back"]);
    const asked = readFileSync(`${here}/arguments`, "utf8");
    expect(asked).to.match(/--upload-file \/srv\/latest \S+\/daily\/latest-daily\/\d{4}-\d\d-\d\dT[\d:]+Z/);
    expect(asked).to.match(/\/b\/bucket\/o\?prefix=daily%2Flatest-daily%2F&startOffset=daily%2Flatest-daily%2F\d{4}-/);
    expect(asked).to.include(
      "--output /srv/back https://storage.googleapis.com/bucket/daily/latest-daily/2026-11-21T03:00:00Z",
    );
  });

  it("publishes a metric of this placement, with what it is about as a label", function () {
    if (!isInstalled("jq")) {
      skipBecause(this, "jq not found");
    }
    const here = install();
    const { status, output } = call(here, "opt/groundplan/bin/publish-metric", ["BackupAge-daily", "42"]);
    expect(output).to.equal("");
    expect(status).to.equal(0);
    const body = /--data (\{.*\}) https/.exec(readFileSync(`${here}/arguments`, "utf8"))?.[1] ?? "{}";
    const [series] = (JSON.parse(body) as { readonly timeSeries: readonly Record<string, unknown>[] }).timeSeries;
    expect(series?.metric).to.deep.equal({
      type: "custom.googleapis.com/groundplan/doc_scraper/staging/main/BackupAge",
      labels: { of: "daily" },
    });
    expect(series?.resource).to.deep.equal({
      type: "gce_instance",
      labels: { project_id: "some-project", instance_id: "4711", zone: "us-central1-a" },
    });
    expect(splitMetric("RestoreTestPassed-nightly-copy")).to.deep.equal({
      metric: "RestoreTestPassed",
      of: "nightly-copy",
    });
  });

  it("logs in to the project's own registries with the machine's account", function () {
    if (!isInstalled("jq")) {
      skipBecause(this, "jq not found");
    }
    const here = install();
    const { output } = call(here, "usr/local/bin/docker-credential-metadata", ["get"], REGISTRY);
    expect(JSON.parse(output)).to.deep.equal({
      ServerURL: REGISTRY,
      Username: "oauth2accesstoken",
      Secret: TOKEN,
    });
    const images = [`${REGISTRY}/team/apps/api:1`, `${REGISTRY}/team/apps/worker:1`, "nginx:alpine"];
    expect(artifactRegistries(images)).to.deep.equal([REGISTRY]);
    expect(artifactRepositories(images)).to.deep.equal([{ location: "europe", project: "team", repository: "apps" }]);
  });

  for (const [name, input] of Object.entries(SYSTEMS)) {
    for (const model of MODELS) {
      it(`finds a machine for ${name}, ${model}, and room for its user data`, () => {
        const description = describeHost(input as SystemInput, model);
        expect(planSize(description.system, GCP_MACHINES).degraded).to.deep.equal([]);
        expect(() => checkUserData(description, CLOUD)).to.not.throw();
      });
    }
  }

  it("closes the metadata service to containers, and leaves them the name server at the same address", () => {
    const description = describeHost(SYSTEMS["doc-scraper"] as SystemInput, "single-server");
    const facts = {
      ...factsOf(description.system),
      dataDevice: "/dev/disk/by-id/google-data",
      logging: { driver: "gcplogs", options: { "gcp-project": "some-project" } },
    };
    const compose = planCompose(description, facts);
    const files = hostFiles(description, facts, CLOUD, compose);
    const firewall = files.find(({ path }) => path.endsWith("/close-metadata"))?.content;
    expect(firewall).to.include("--destination 169.254.169.254/32 ! --in-interface gp-cloud");
    expect(firewall).to.include("--protocol tcp ! --destination-port 53 --jump DROP");
    const { services } = parse(compose.text) as { readonly services: Readonly<Record<string, { logging: unknown }>> };
    expect(services.api?.logging).to.deep.include({ driver: "gcplogs" });
  });
});
