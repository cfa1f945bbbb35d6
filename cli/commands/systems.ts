import { builtInSystem, systemNames } from "../../systems";
import type { CommandContext } from "../run";

/** Lists the built-in systems. */
export async function systems(options: { json?: boolean }, context: CommandContext): Promise<void> {
  const { out } = context.terminal;
  const specs = (await Promise.all(systemNames.map((name) => builtInSystem(name)))).filter(
    (spec) => spec !== undefined,
  );
  const rows = specs.map((spec) => ({
    name: spec.name,
    title: spec.title,
    description: spec.description,
    services: Object.keys(spec.services),
    stores: Object.keys(spec.stores ?? {}),
  }));
  if (options.json) {
    out.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  for (const row of rows) {
    out.write(`${out.colors.bold(row.name)}  ${row.description}\n`);
    out.write(`  services  ${row.services.join(", ")}\n`);
    out.write(`  stores    ${row.stores.join(", ") || "none"}\n`);
  }
}
