import { dirname, join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RotationWork } from "./work";

/** Our own code, beside this file. */
const OWN = ["index.cjs", "rotate.cjs", "stores.cjs", "values.cjs", "works.cjs"] as const;

/** The driver's files that Node.js loads by `require`. */
const DRIVER = [
  "cjs/package.json",
  "cjs/src/bytes.js",
  "cjs/src/connection.js",
  "cjs/src/errors.js",
  "cjs/src/index.js",
  "cjs/src/large.js",
  "cjs/src/query.js",
  "cjs/src/queue.js",
  "cjs/src/result.js",
  "cjs/src/subscribe.js",
  "cjs/src/types.js",
  "package.json",
] as const;

/**
 * What Lambda unpacks. Files are named from where the program runs: a plan must be the same on every machine. The SDK of
 * AWS is the runtime's. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
export function packageOf(kind: RotationWork["kind"]): pulumi.asset.AssetArchive {
  const own = OWN.map((file) => [file, join(__dirname, "function", file)] as const);
  const driver = kind === "postgres" ? driverFiles() : [];
  return new pulumi.asset.AssetArchive(
    Object.fromEntries(
      [...own, ...driver].map(([name, path]) => [name, new pulumi.asset.FileAsset(relative(process.cwd(), path))]),
    ),
  );
}

function driverFiles(): readonly (readonly [string, string])[] {
  // What `require` finds is cjs/src/index.js.
  const root = join(dirname(require.resolve("postgres")), "..", "..");
  return DRIVER.map((file) => [`node_modules/postgres/${file}`, join(root, file)] as const);
}
