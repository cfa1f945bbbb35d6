import { DELETE, type Mutation } from "../harness";
import { type BadProgram, bad, indexOf } from "./programs";
import { google } from "./soundGcp";

const one = (title: string, name: string, change: Omit<Mutation, "on">, rule: string): BadProgram =>
  bad(title, google, [{ ...change, on: indexOf(google, name) }], { [rule]: [name] });

export const gcpPrograms: readonly BadProgram[] = [
  one(
    "a bucket that may be made public",
    "bucket",
    { at: "publicAccessPrevention", to: DELETE },
    "gcs-public-access-prevented",
  ),
  one("a bucket granted to everyone", "member", { at: "member", to: "allUsers" }, "gcp-iam-not-public"),
  one("an owner of the project", "member", { at: "role", to: "roles/owner" }, "gcp-iam-no-basic-roles"),
  one("SSH open to the world", "firewall", { at: "sourceRanges", to: ["0.0.0.0/0"] }, "gcp-firewall-no-world-ingress"),
  one(
    "a firewall rule that names no source",
    "firewall",
    { at: "sourceRanges", to: DELETE },
    "gcp-firewall-no-world-ingress",
  ),
  one(
    "a database with a public address",
    "sql",
    { at: "settings.ipConfiguration.ipv4Enabled", to: true },
    "cloud-sql-private",
  ),
  one(
    "a database without TLS",
    "sql",
    { at: "settings.ipConfiguration.sslMode", to: "ALLOW_UNENCRYPTED_AND_ENCRYPTED" },
    "cloud-sql-requires-tls",
  ),
  one("a database under Google's key", "sql", { at: "encryptionKeyName", to: DELETE }, "cloud-sql-customer-key"),
  one(
    "a machine under the default account",
    "machine",
    { at: "serviceAccount", to: DELETE },
    "gcp-instance-own-service-account",
  ),
  one(
    "a machine on the internet",
    "machine",
    { at: "networkInterfaces.0.accessConfigs", to: [{}] },
    "instance-no-public-address",
  ),
  one(
    "a secret in a start script",
    "machine",
    { at: "metadataStartupScript", to: "export API_TOKEN=abcdefghijklmnop" },
    "user-data-no-secret",
  ),
];
