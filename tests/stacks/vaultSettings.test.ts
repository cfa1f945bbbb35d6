import { expect } from "chai";
import { eu, problemsWith, settingsWith, us } from "./settingsFixture";

const VAULT = { address: "https://vault.example.com:8200", auth: { role: "webclone" } };
const PATH = "groundplan:secretStore.vault";

function withVault(changes: Record<string, unknown>, others: Record<string, unknown> = {}): Record<string, unknown> {
  return { system: "webclone-pro", secretStore: { vault: { ...VAULT, ...changes } }, ...others };
}

const auth = (changes: Record<string, unknown>) => withVault({ auth: { ...VAULT.auth, ...changes } });
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";

/** Each wrong setting alone: its change, and path and fix of the one problem it gives. */
const MISTAKES: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
  ["no address", withVault({ address: undefined }), `${PATH}.address`, /^add it$/],
  ["an address that is not https", withVault({ address: "http://vault:8200" }), `${PATH}.address`, /write https/],
  ["an address with a path", withVault({ address: "https://vault/v1" }), `${PATH}.address`, /nothing behind/],
  ["no way to sign in", withVault({ auth: undefined }), `${PATH}.auth`, /^add it$/],
  ["no role", auth({ role: undefined }), `${PATH}.auth.role`, /^add it$/],
  ["a role that is a path", auth({ role: "a/b" }), `${PATH}.auth.role`, /name the role/],
  ["a writer that is a path", auth({ writerRole: "/a" }), `${PATH}.auth.writerRole`, /name the role/],
  ["an auth mount with its last slash", auth({ mountPath: "kubernetes/" }), `${PATH}.auth.mountPath`, /last slash/],
  ["an audience of two words", auth({ audience: "two words" }), `${PATH}.auth.audience`, /audience/],
  ["an engine with its last slash", withVault({ mount: "secret/" }), `${PATH}.mount`, /last slash/],
  ["an engine with a slash before it", withVault({ mount: "/secret" }), `${PATH}.mount`, /last slash/],
  ["a folder with a slash before it", withVault({ path: "/shop" }), `${PATH}.path`, /the folder alone/],
  ["a folder that begins with the mount", withVault({ path: "secret/shop" }), `${PATH}.path`, /below the mount/],
  [
    "a system named like the mount, and no folder",
    withVault({ mount: "webclone-pro" }),
    `${PATH}.path`,
    /or name another/,
  ],
  ["an authority that is a key", withVault({ caBundle: PEM + KEY }), `${PATH}.caBundle`, /paste the certificate/],
  ["endless repetition", withVault({ retry: { maxRetries: 99 } }), `${PATH}.retry.maxRetries`, /10/],
  ["an interval without a unit", withVault({ retry: { interval: "10" } }), `${PATH}.retry.interval`, /s, m, h or d/],
  [
    "a value of nothing to put over Vault's",
    withVault({ overwrite: ["sesion"] }),
    `${PATH}.overwrite[0]`,
    /^did you mean session\?$/,
  ],
  [
    "a value that only Vault has to put over Vault's",
    withVault({ overwrite: ["stripe-secret-key"] }),
    `${PATH}.overwrite[0]`,
    /correct the name/,
  ],
  [
    "a placement nobody has",
    withVault({ placements: { mian: { use: "cloud" } } }),
    `${PATH}.placements.mian`,
    /^did you mean main\?$/,
  ],
  [
    "a machine that reads its cloud's own store",
    withVault({}, { model: "single-server" }),
    `${PATH}.placements.main.use`,
    /^set it to cloud/,
  ],
  [
    "a machine that does so, once, where clusters would have no External Secrets either",
    withVault({}, { model: "single-server", kubernetes: { addOns: { "external-secrets": "none" } } }),
    `${PATH}.placements.main.use`,
    /^set it to cloud/,
  ],
  [
    "a way to a Vault that a placement does not use",
    withVault({ placements: { main: { use: "cloud", address: "https://vault.eu" } } }),
    `${PATH}.placements.main.use`,
    /all that stands beside it/,
  ],
  [
    "a way to sign in to a Vault that a placement does not use",
    withVault({ placements: { main: { use: "cloud", auth: { role: "eu" } } } }),
    `${PATH}.placements.main.use`,
    /all that stands beside it/,
  ],
  [
    "a cluster without External Secrets",
    withVault({}, { kubernetes: { addOns: { "external-secrets": "none" } } }),
    "groundplan:kubernetes.addOns.external-secrets",
    /^set it to install/,
  ],
  [
    "one machine's worth on a cluster, which brings no add-ons of its own",
    withVault({}, { model: "standalone", placements: [{ name: "main", cloud: "kubernetes", region: "x" }] }),
    "groundplan:kubernetes.addOns.external-secrets",
    /existing where the cluster has it/,
  ],
  [
    "one auth mount for two clusters",
    withVault({}, { model: "global", placements: [us, eu] }),
    `${PATH}.placements.eu.auth.mountPath`,
    /such as kubernetes-eu$/,
  ],
];

describe("settings of Vault", () => {
  for (const [what, change, path, fix] of MISTAKES) {
    it(`refuse ${what}`, async () => {
      const problems = await problemsWith(change);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
      expect(problems[0]?.fix).to.match(fix);
    });
  }

  it("refuse everything that is wrong at once", async () => {
    const wrong = withVault(
      { address: "http://vault", mount: "/secret", auth: {} },
      { model: "single-server", kubernetes: { addOns: { "external-secrets": "none" } } },
    );
    expect((await problemsWith(wrong)).map(({ path }) => path)).to.have.members([
      `${PATH}.address`,
      `${PATH}.mount`,
      `${PATH}.auth.role`,
      `${PATH}.placements.main.use`,
    ]);
  });

  it("are each placement's own where it has others, and the stack's where it has none", async () => {
    const { placements } = await settingsWith(
      withVault(
        {
          caBundle: PEM,
          retry: { maxRetries: 3 },
          overwrite: ["session"],
          placements: { eu: { address: "https://vault.eu", auth: { mountPath: "eks-eu" } } },
        },
        { model: "global", placements: [us, eu] },
      ),
    );
    const common = { mount: "secret", caBundle: PEM, retry: { maxRetries: 3 }, overwrite: ["session"] };
    const signIn = { role: "webclone", writerRole: "webclone-writer", audience: "vault" };
    expect(placements.map(({ vault }) => vault)).to.deep.equal([
      { ...common, address: VAULT.address, auth: { ...signIn, mountPath: "kubernetes" } },
      { ...common, address: "https://vault.eu", auth: { ...signIn, mountPath: "eks-eu" } },
    ]);
  });

  it("leave a placement its cloud's store where it asks for that", async () => {
    const { placements } = await settingsWith(
      withVault({ placements: { eu: { use: "cloud" } } }, { model: "global", placements: [us, eu] }),
    );
    expect(placements.map(({ name, vault }) => [name, vault?.address])).to.deep.equal([
      ["us", VAULT.address],
      ["eu", undefined],
    ]);
  });

  it("let one mount serve two clusters of two Vaults, or of two namespaces of one", async () => {
    const several = { model: "global", placements: [us, eu] };
    for (const eu of [{ address: "https://vault.eu" }, { namespace: "eu" }]) {
      expect(await problemsWith(withVault({ placements: { eu } }, several))).to.deep.equal([]);
    }
  });

  it("let a machine keep its cloud's store, and a cluster with External Secrets of its own use Vault", async () => {
    expect(
      await problemsWith(withVault({ placements: { main: { use: "cloud" } } }, { model: "single-server" })),
    ).to.deep.equal([]);
    expect(
      await problemsWith(
        withVault(
          {},
          {
            model: "standalone",
            placements: [{ name: "main", cloud: "kubernetes", region: "x" }],
            kubernetes: { addOns: { "external-secrets": "existing" } },
          },
        ),
      ),
    ).to.deep.equal([]);
  });
});
