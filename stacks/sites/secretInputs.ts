import type * as pulumi from "@pulumi/pulumi";
import { type Problem, show } from "../../components/errors";
import { isPassphrase, passphraseName } from "../../components/operations/backup/contract";
import type { ResolvedSystem } from "../../systems/resolve";
import type { SecretSpec } from "../../systems/spec";
import type { ProgramSettings, SecretRef } from "../settings";

/** Secrets of a system and of its backups, and the values the settings give: its own by name, an external service's as `service-key`, of which `paths` says where they are written. */
export function secretInputs(system: ResolvedSystem, settings: ProgramSettings) {
  const secrets: Record<string, SecretSpec> = { ...system.secrets };
  const paths: Record<string, string> = {};
  for (const [external, spec] of Object.entries(system.external)) {
    for (const [key, description] of Object.entries(spec.secrets)) {
      secrets[`${external}-${key}`] = { description };
      paths[`${external}-${key}`] = settingPath(external, key);
    }
  }
  for (const [backup, { store }] of Object.entries(system.backups)) {
    const database = system.stores[store];
    if (database?.kind === "postgres" && !database.embedded) {
      secrets[passphraseName(backup)] = { description: `Encrypts the copies of backup ${backup}`, generate: 48 };
    }
  }
  const values: Record<string, pulumi.Output<string>> = {};
  for (const [name, value] of Object.entries(settings.secrets)) {
    if (isReference(value)) {
      values[name] = settings.secretValue(value);
      continue;
    }
    for (const [key, reference] of Object.entries(value)) {
      values[`${name}-${key}`] = settings.secretValue(reference);
    }
  }
  return { secrets, values, paths };
}

/** Setting an external service's key is written to, as `pulumi config set --path` takes it. */
function settingPath(external: string, key: string): string {
  return `groundplan:secrets["${external}"]["${key}"]`;
}

/** What encrypts copies opens all of them for as long as they are kept: another value would open none of the old ones. */
export function passphraseProblems({ secrets }: Pick<ResolvedSystem, "secrets">): readonly Problem[] {
  return Object.entries(secrets).flatMap(([name, { rotateDays }]) =>
    isPassphrase(name) && rotateDays !== undefined
      ? [
          {
            path: `secrets.${name}.rotateDays`,
            found: show(rotateDays),
            allowed: "nothing for a backup's passphrase: the copies there are would not open any more",
            fix: "remove it",
          },
        ]
      : [],
  );
}

function isReference(value: SecretRef | Readonly<Record<string, SecretRef>>): value is SecretRef {
  return typeof value.secret === "string";
}
