import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Account } from "../../components/aws/account";
import { keyPolicy } from "../../components/secrets/keys/policy";

interface Written {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, unknown>> };
}

const PAGE = readFileSync(join(__dirname, "..", "..", "docs", "account-aws.md"), "utf8");
const CONCERNS = ["logs", "cluster", "volumes", "data", "storage", "secrets"] as const;
const VIA = "kms:ViaService";

/** The policy of "A key of yours". */
function shown(): readonly Written[] {
  const [, section = ""] = PAGE.split("\n## A key of yours\n");
  const [, json = ""] = /```json\n(.*?)```/s.exec(section) ?? [];
  return (JSON.parse(json) as { Statement: readonly Written[] }).Statement;
}

async function made(): Promise<readonly Written[]> {
  const account = { partition: "aws", id: "111122223333" } as unknown as Account;
  const all = CONCERNS.flatMap((concern) =>
    keyPolicy(concern, "us-east-1", account, concern === "secrets" ? ["lambda"] : []),
  );
  return new Promise((resolve) => {
    pulumi.output(all).apply((statements) => resolve(statements as unknown as readonly Written[]));
  });
}

const via = (statements: readonly Written[]) =>
  [...new Set(statements.flatMap(({ Condition }) => Condition?.StringEquals?.[VIA] ?? []))].sort();
/** Apart from the services it may be used through, which one key has for all concerns. */
const bySid = (statements: readonly Written[]) =>
  Object.fromEntries(
    statements.map((statement) => {
      const { Effect: _effect, ...rest } = statement;
      return [rest.Sid, rest.Condition?.StringEquals?.[VIA] === undefined ? rest : { ...rest, Condition: VIA }];
    }),
  );

describe("docs/account-aws.md", () => {
  it("shows the policy for a key of one's own that all keys made here have together", async () => {
    const own = await made();
    expect(bySid(shown())).to.deep.equal(bySid(own));
    expect(via(shown())).to.deep.equal(via(own));
    expect(via(own)).to.include("lambda.us-east-1.amazonaws.com");
    expect(shown().map(({ Effect }) => Effect)).to.deep.equal(shown().map(() => "Allow"));
  });
});
