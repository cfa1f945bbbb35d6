import { expect } from "chai";
import {
  type Backend,
  backendEnvironment,
  backendSecrets,
  backendUrl,
  describeBackend,
  parseBackend,
  parseSecretsProvider,
  secretsProviderUrl,
} from "../../../automation/lifecycle/backend";
import { parseDuration } from "../../../automation/lifecycle/duration";
import type { RunProgram } from "../../../automation/lifecycle/processes";
import { checkVersioning } from "../../../automation/lifecycle/versioning";
import { InputError, type Problem } from "../../../components/errors";

function problemOf(action: () => unknown): Problem {
  try {
    action();
  } catch (error) {
    if (InputError.is(error) && error.problems[0]) {
      return error.problems[0];
    }
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("state backends", () => {
  const urls: readonly [string, Backend][] = [
    ["file:///var/state", { kind: "local", directory: "/var/state" }],
    ["s3://states?region=eu-west-1", { kind: "s3", bucket: "states", region: "eu-west-1" }],
    ["gs://states/groundplan", { kind: "gcs", bucket: "states/groundplan" }],
    ["azblob://states?storage_account=acme", { kind: "azure", container: "states", account: "acme" }],
    ["https://api.pulumi.com", { kind: "pulumi-cloud", url: "https://api.pulumi.com" }],
  ];
  for (const [url, backend] of urls) {
    it(`reads and writes ${url}`, () => {
      expect(parseBackend(url)).to.deep.equal(backend);
      expect(backendUrl(backend)).to.equal(url);
    });
  }

  it("are told of without what lets their reader in", () => {
    const token = "abcdefgh12345";
    const cloud = parseBackend(`https://me:${token}@state.example.org/team`);
    const bucket = parseBackend(`s3://states?region=eu-west-1&secret_key=${token}`);
    expect(describeBackend(cloud)).to.equal("https://state.example.org/team");
    expect(describeBackend(bucket)).to.equal("s3://states?region=eu-west-1");
    for (const backend of [cloud, bucket]) {
      expect(backendSecrets(backend)).to.include(token);
    }
    expect(backendSecrets({ kind: "pulumi-cloud", accessToken: token })).to.deep.equal([token]);
  });

  it("starts a relative directory at the project, and refuses what is no backend", () => {
    expect(parseBackend("file://./state", "/project")).to.deep.equal({ kind: "local", directory: "/project/state" });
    for (const wrong of ["s3://", "ftp://x", "states"]) {
      expect(() => parseBackend(wrong)).to.throw(InputError, "--backend");
    }
  });

  it("shows nothing that lets its reader in of what it cannot read", () => {
    const token = "abcdefgh12345";
    const shown: readonly [string, string][] = [
      [`ftp://me:${token}@state.example.org/team`, '"ftp://state.example.org/team"'],
      [`me:${token}@state.example.org`, '"state.example.org"'],
      [`htps://me:${token}?x@state.example.org`, '"htps://state.example.org"'],
      [`s4://states?region=eu-west-1&secret_key=${token}`, '"s4://states?region=eu-west-1&secret_key=[secret]"'],
      [`AccountName=acme;AccountKey=${token};Sig=${token}`, '"AccountName=acme;AccountKey=[secret];Sig=[secret]"'],
    ];
    for (const [url, found] of shown) {
      expect(problemOf(() => parseBackend(url)).found).to.equal(found);
    }
    const passphrase = problemOf(() => parseSecretsProvider(`passphrase:${token}`));
    expect(passphrase.found).to.equal('"passphrase and more (not shown)"');
  });

  it("reads and writes secrets providers; a passphrase comes from the environment alone", () => {
    const arn = "arn:aws:kms:eu-west-1:111122223333:key/1234";
    for (const url of [
      "awskms://alias/states?region=eu-west-1",
      `awskms:///${arn}`,
      "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k",
    ]) {
      const provider = parseSecretsProvider(url);
      expect(provider && secretsProviderUrl(provider)).to.equal(url);
    }
    expect(parseSecretsProvider("passphrase", { PULUMI_CONFIG_PASSPHRASE: "x" })).to.deep.equal({
      kind: "passphrase",
      passphrase: "x",
    });
    expect(() => parseSecretsProvider("hunter22")).to.throw(InputError);
  });

  it("hands the CLI what it needs and no more", () => {
    const cloud: Backend = { kind: "pulumi-cloud", accessToken: "token" };
    expect(backendEnvironment(cloud, undefined)).to.deep.equal({
      PULUMI_BACKEND_URL: "https://api.pulumi.com",
      PULUMI_ACCESS_TOKEN: "token",
    });
  });
});

describe("versions of a bucket's state", () => {
  const answering =
    (stdout: string, code: number | undefined = 0): RunProgram =>
    async () => ({ code, stdout, stderr: "AccessDenied" });
  const s3: Backend = { kind: "s3", bucket: "states", region: "eu-west-1" };
  const cases: readonly [string, Backend, string, number | undefined, string][] = [
    ["S3 with versioning", s3, '{"Status":"Enabled"}', 0, "on"],
    ["S3 with versioning suspended", s3, '{"Status":"Suspended"}', 0, "off"],
    ["S3 that never had any, which answers nothing", s3, "", 0, "off"],
    ["S3 that may not be asked", s3, "", 254, "unknown"],
    ["Google Cloud with versioning", { kind: "gcs", bucket: "b" }, '{"versioning":{"enabled":true}}', 0, "on"],
    ["Google Cloud without", { kind: "gcs", bucket: "b" }, '{"name":"b"}', 0, "off"],
    ["Azure with versioning", { kind: "azure", container: "c", account: "a" }, '{"isVersioningEnabled":true}', 0, "on"],
    ["Azure without an account", { kind: "azure", container: "c" }, "{}", 0, "unknown"],
    ["local files", { kind: "local", directory: "/s" }, "", 0, "not-needed"],
  ];
  for (const [what, backend, stdout, code, status] of cases) {
    it(`${what}: ${status}`, async () => {
      const verdict = await checkVersioning(backend, answering(stdout, code));
      expect(verdict.status).to.equal(status);
      expect(verdict.fix !== undefined).to.equal(status === "off" || status === "unknown");
    });
  }

  it("is unknown, not on, where the cloud's command line is missing; it asks the bucket in its region", async () => {
    const calls: string[] = [];
    const verdict = await checkVersioning(s3, async (program, args) => {
      calls.push([program, ...args].join(" "));
      return { code: undefined, stdout: "", stderr: "" };
    });
    expect(verdict.status).to.equal("unknown");
    expect(verdict.detail).to.include("aws is not installed");
    expect(calls).to.deep.equal(["aws s3api get-bucket-versioning --bucket states --output json --region eu-west-1"]);
  });
});

describe("durations", () => {
  it("reads seconds, minutes, hours and days, and nothing else", () => {
    expect(["30s", "90m", "8h", "3d"].map((text) => parseDuration(text, "--ttl"))).to.deep.equal([
      30_000, 5_400_000, 28_800_000, 259_200_000,
    ]);
    for (const wrong of ["8", "0h", "-1h", "1.5h", "8 h", "1w", ""]) {
      expect(() => parseDuration(wrong, "--ttl"), wrong).to.throw(InputError, "--ttl");
    }
  });
});
