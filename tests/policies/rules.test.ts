import { packs } from "../../policies";
import { describeCases } from "./cases";
import { tables } from "./tables";

for (const pack of packs) describeCases(pack, tables[pack.name] ?? {});
