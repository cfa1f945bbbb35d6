import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { judgeSettings } from "../plan";
import { packConfigs } from "../policies";
import type { Session } from "./session";

/** Policy packs as the engine takes them, each with what it must know of the stack. */
export async function enginePacks(
  session: Session,
): Promise<{ readonly policyPacks: string[]; readonly policyPackConfigs: string[] }> {
  const { directory } = await session.workspace();
  const configs = Object.entries(packConfigs(judgeSettings(await session.settings())));
  const files = await Promise.all(
    configs.map(async ([pack, config]) => {
      const file = join(directory, `policies-${pack}.json`);
      await writeFile(file, JSON.stringify(config));
      return file;
    }),
  );
  return {
    policyPacks: configs.map(([pack]) => join(__dirname, "..", "..", "policies", pack)),
    policyPackConfigs: files,
  };
}
