import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { accessFiles, pushSpec, storeSpec, type VaultPlace } from "../../../components/secrets/secretStore/vaultPlan";

const PLACE: VaultPlace = {
  address: "https://vault.example.com:8200",
  mount: "team/kv",
  folder: "shop/production",
  auth: { mountPath: "eks-eu", role: "shop", writerRole: "shop-writer", audience: "vault" },
};
const REQUEST = { place: PLACE, readers: ["shop", "shop-jobs"], title: "shop (production, placement eu)" };

describe("what External Secrets is told of Vault", () => {
  it("is where it is and how a service account signs in, and nothing that nobody asked for", () => {
    expect(storeSpec(PLACE, "vault-reader")).to.deep.equal({
      provider: {
        vault: {
          server: "https://vault.example.com:8200",
          path: "team/kv",
          version: "v2",
          auth: {
            kubernetes: {
              mountPath: "eks-eu",
              role: "shop",
              serviceAccountRef: { name: "vault-reader", audiences: ["vault"] },
            },
          },
        },
      },
    });
  });

  it("is, of the one that writes, another role and account", () => {
    expect(storeSpec(PLACE, "vault-writer").provider.vault.auth.kubernetes).to.deep.equal({
      mountPath: "eks-eu",
      role: "shop-writer",
      serviceAccountRef: { name: "vault-writer", audiences: ["vault"] },
    });
  });

  it("is the namespace, the authority and how often to ask again, where they are given", () => {
    const spec = storeSpec(
      { ...PLACE, namespace: "a/b", caBundle: "PEM", retry: { intervalSeconds: 90 } },
      "vault-reader",
    );
    expect(spec.provider.vault).to.include({ namespace: "a/b", caBundle: "UEVN" });
    expect(spec.retrySettings).to.deep.equal({ maxRetries: 2, retryInterval: "90s" });
    expect(storeSpec({ ...PLACE, retry: { maxRetries: 0 } }, "vault-reader").retrySettings).to.deep.equal({
      maxRetries: 0,
    });
    expect(storeSpec({ ...PLACE, retry: {} }, "vault-reader")).to.not.have.property("retrySettings");
  });

  it("never deletes from Vault, and replaces only what it is asked to", () => {
    const push = { source: "vault-values", secret: "session" };
    const spec = {
      refreshInterval: "1h",
      secretStoreRefs: [{ kind: "SecretStore", name: "vault-writer" }],
      updatePolicy: "IfNotExists",
      deletionPolicy: "None",
      selector: { secret: { name: "vault-values" } },
      data: [
        { match: { secretKey: "session", remoteRef: { remoteKey: "shop/production/session", property: "value" } } },
      ],
    };
    expect(pushSpec(PLACE, { ...push, overwrite: false })).to.deep.equal(spec);
    expect(pushSpec(PLACE, { ...push, overwrite: true })).to.deep.equal({ ...spec, updatePolicy: "Replace" });
  });
});

describe("what Vault must be told", () => {
  const files = accessFiles({ ...REQUEST, writer: "shop" });

  it("is a policy that reads one folder, and one that writes there and deletes nothing", () => {
    expect(files["vault/reader.hcl"]).to.equal(
      `# Reads the secrets of shop (production, placement eu).
path "team/kv/data/shop/production/*" {
  capabilities = ["read"]
}
`,
    );
    const writes = (files["vault/writer.hcl"] ?? "").split("\n").filter((line) => !line.startsWith("#"));
    expect(writes.join("\n")).to.equal(`path "team/kv/data/shop/production/*" {
  capabilities = ["create", "read", "update"]
}

path "team/kv/metadata/shop/production/*" {
  capabilities = ["create", "read", "update"]
}
`);
  });

  it("is what the documentation shows", () => {
    const place = { ...PLACE, mount: "secret", auth: { ...PLACE.auth, mountPath: "kubernetes" } };
    const { "vault/setup.sh": script = "", ...policies } = accessFiles({ ...REQUEST, place, writer: "shop" });
    const page = readFileSync(join(__dirname, "../../../docs/vault.md"), "utf8");
    for (const policy of Object.values(policies)) {
      expect(page).to.include(`\`\`\`hcl\n${policy}\`\`\``);
    }
    expect(page).to.include(`\`\`\`sh\n${script.slice(script.indexOf("vault policy write"))}\`\`\``);
  });

  it("needs nobody who writes where nothing is put in", () => {
    const reading = accessFiles(REQUEST);
    expect(Object.keys(reading)).to.deep.equal(["vault/reader.hcl", "vault/setup.sh"]);
    expect(reading["vault/setup.sh"]).to.not.include("writer");
  });

  describe("by its script", () => {
    let directory: string;
    before(() => {
      directory = mkdtempSync(join(tmpdir(), "groundplan-vault-"));
      // Stands for Vault's command line: notes how it is called; a fresh Vault has no mounts and no configuration.
      writeFileSync(
        join(directory, "vault"),
        `#!/bin/sh\necho "$VAULT_ADDR $VAULT_NAMESPACE $*" >>"$CALLS"\ncase "$1" in read) exit "$UNREAD" ;; *) echo "$LISTED" ;; esac\n`,
      );
      chmodSync(join(directory, "vault"), 0o755);
    });
    after(() => rmSync(directory, { recursive: true }));

    /** Calls of Vault's command line that the script makes, without the address before each. */
    function callsOf(script: string, env: Readonly<Record<string, string>>): readonly string[] {
      const calls = join(directory, "calls");
      writeFileSync(calls, "");
      writeFileSync(join(directory, "setup.sh"), script);
      execFileSync("sh", [join(directory, "setup.sh")], {
        env: { PATH: `${directory}:${process.env.PATH}`, CALLS: calls, UNREAD: "1", LISTED: "{}", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      return readFileSync(calls, "utf8").trim().split("\n");
    }

    const ROLES = [
      "policy write shop DIR/reader.hcl",
      "write auth/eks-eu/role/shop bound_service_account_names=vault-reader bound_service_account_namespaces=shop,shop-jobs audience=vault token_policies=shop token_ttl=10m token_max_ttl=1h",
      "policy write shop-writer DIR/writer.hcl",
      "write auth/eks-eu/role/shop-writer bound_service_account_names=vault-writer bound_service_account_namespaces=shop audience=vault token_policies=shop-writer token_ttl=10m token_max_ttl=1h",
    ];
    const called = (list: readonly string[], prefix = "https://vault.example.com:8200  ") =>
      list.map((call) => `${prefix}${call.replace("DIR", directory)}`);

    it("makes mounts, configuration, policies and roles in an empty Vault", () => {
      const env = { KUBERNETES_HOST: "https://api", KUBERNETES_CA: "ca.crt", REVIEWER_TOKEN: "token" };
      expect(callsOf(files["vault/setup.sh"] ?? "", env)).to.deep.equal(
        called([
          "secrets list -format=json",
          "secrets enable -path=team/kv -version=2 kv",
          "auth list -format=json",
          "auth enable -path=eks-eu kubernetes",
          "read auth/eks-eu/config",
          "write auth/eks-eu/config kubernetes_host=https://api kubernetes_ca_cert=@ca.crt token_reviewer_jwt=@token",
          ...ROLES,
        ]),
      );
    });

    it("leaves what is there, and asks for nothing then", () => {
      const there = { UNREAD: "0", LISTED: '{"team/kv/": {}, "eks-eu/": {}}' };
      expect(callsOf(files["vault/setup.sh"] ?? "", there)).to.deep.equal(
        called(["secrets list -format=json", "auth list -format=json", "read auth/eks-eu/config", ...ROLES]),
      );
    });

    it("says what it must know of a cluster that Vault knows nothing of", () => {
      expect(() => callsOf(files["vault/setup.sh"] ?? "", {})).to.throw(/KUBERNETES_HOST.*the API server/);
    });

    it("works in the namespace of Vault that the store is in", () => {
      const { "vault/setup.sh": script = "" } = accessFiles({ ...REQUEST, place: { ...PLACE, namespace: "a/b" } });
      const [first] = callsOf(script, { KUBERNETES_HOST: "https://api" });
      expect([first]).to.deep.equal(called(["secrets list -format=json"], "https://vault.example.com:8200 a/b "));
    });
  });
});
