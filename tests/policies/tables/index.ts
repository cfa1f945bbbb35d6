import type { CaseTable } from "../cases";
import { table as access } from "./access";
import { table as containers } from "./containers";
import { table as containersObjects } from "./containersObjects";
import { table as encryption } from "./encryption";
import { table as encryptionEdge } from "./encryptionEdge";
import { table as identity } from "./identity";
import { table as identityRights } from "./identityRights";
import { table as limits } from "./limits";
import { table as network } from "./network";
import { table as networkCluster } from "./networkCluster";
import { table as networkEdge } from "./networkEdge";
import { table as operations } from "./operations";
import { table as reliability } from "./reliability";

/** Every rule's cases, by pack. */
export const tables: Readonly<Record<string, CaseTable>> = {
  encryption: { ...encryption, ...encryptionEdge },
  containers: { ...containers, ...containersObjects },
  limits,
  network: { ...network, ...networkEdge, ...networkCluster },
  identity: { ...identity, ...access, ...identityRights },
  reliability,
  operations,
};
