import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { isStateful, packs, STATEFUL } from "../../policies";

const rules = packs.flatMap((pack) => pack.rules);
const expand = (prefix: string, ids: string): string[] => ids.split(" ").map((id) => prefix + id);

/** The catalogue ids the packs answer to, row by row. The obsolete CKV_GCP_24 and the conflicts K15 and A260 are left out. */
const ASKED = [
  ...expand("CKV_AWS_", "130 24 25 277 23 382 79 341 8 3 88 46 38 39 58 37 339 16 17 157 293 133 226 129 118 353 161"),
  ...expand(
    "CKV_AWS_",
    "29 30 31 134 323 53 54 55 56 145 21 300 379 18 144 34 174 68 86 259 103 131 328 91 150 7 33 149",
  ),
  ...expand("CKV_AWS_", "26 169 27 168 62 63 355 274 60 61 393 51 163 66 158"),
  ...expand("CKV2_AWS_", "11 12 41 69 60 50 61 65 46 72 32 20 74 28 31 57"),
  ...expand("CKV_GCP_", "27 26 74 2 3 39 40 30 35 64 18 20 69 71 68 72 66 12 61 70 9 10 13 7 123 60 11 6 14 52 53 110"),
  ...expand("CKV_GCP_", "95 97 29 114 78 62 28 43 112 84 101 117 113 73"),
  ...expand("CKV2_GCP_", "18 12 1 3 38"),
  ...expand("CKV_K8S_", "10 11 12 13 16 17 18 19 20 23 26 27 31 37 40 22 38 41 8 9 14 43 21 35 49 152 153 154"),
  ...expand("CKV2_K8S_", "5 6"),
  ...expand("EC2.", "2 6 10 15"),
  ...expand("C-", "0306 0206 0263 0292"),
  "PSS-restricted",
  "kube-score",
];

describe("policy coverage", () => {
  it("answers to every catalogue id asked for", () => {
    const answered = new Set(rules.flatMap(({ sources }) => sources));
    expect(ASKED.filter((id) => !answered.has(id))).to.deep.equal([]);
  });

  it("names ids in the catalogues' own form", () => {
    const form = /^(CKV2?_(AWS|GCP|K8S)_\d+|[A-Z][A-Za-z0-9]+\.\d+|C-\d{4}|PSS-(restricted|baseline)|kube-score)$/;
    expect(rules.flatMap(({ sources }) => sources).filter((id) => !form.test(id))).to.deep.equal([]);
  });

  it("names only resource types the SDKs have", () => {
    const modules = path.join(__dirname, "../../node_modules/@pulumi");
    const files = new Map<string, ReadonlySet<string>>();
    const filesIn = (folder: string): ReadonlySet<string> => {
      let names = files.get(folder);
      if (!names) {
        names = new Set(existsSync(folder) ? readdirSync(folder).map((name) => name.toLowerCase()) : []);
        files.set(folder, names);
      }
      return names;
    };
    const cloud = STATEFUL.filter((type) => !type.startsWith("kubernetes:"));
    const missing = [...rules, { resources: cloud }].flatMap(({ resources }) =>
      typeof resources === "function"
        ? []
        : resources.filter((token) => {
            // Kubernetes' tokens end with the kind: kubernetes:helm.sh/v3:Release is in helm/v3/release.js.
            const [provider = "", file = "", kind = ""] = token.replace(":helm.sh/", ":helm/").split(":");
            const parts = provider === "kubernetes" ? [...file.split("/"), kind] : file.split("/");
            const name = parts.pop() ?? "";
            return !filesIn(path.join(modules, provider, ...parts)).has(`${name.toLowerCase()}.js`);
          }),
    );
    expect(missing).to.deep.equal([]);
  });

  it("knows what a replacement or deletion loses data of, once each", () => {
    expect(new Set(STATEFUL).size).to.equal(STATEFUL.length);
    const protectedTypes = rules.find(({ id }) => id === "stateful-resource-protected")?.resources;
    if (typeof protectedTypes === "function" || protectedTypes === undefined) throw new Error("a list of types");
    expect(protectedTypes.filter((type) => !isStateful(type))).to.deep.equal([]);
    expect(["kubernetes:core/v1:PersistentVolumeClaim", "kubernetes:core/v1:Service"].map(isStateful)).to.deep.equal([
      true,
      false,
    ]);
  });
});
