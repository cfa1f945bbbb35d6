import type { z } from "zod";
import type { Cloud } from "../../components/context";
import { cidrIndexOf } from "./regions";
import type { settingsSchema } from "./schema";
import { type VaultSettings, vaultFor } from "./vault";

type Written = z.output<typeof settingsSchema>;
export type WrittenPlacement = NonNullable<Written["placements"]>[number];

/** The global part, whose name no placement may take. */
export const EDGE = "edge";

/** One full deployment of the system: where it is, and how it is told from the others. */
export interface PlacementSettings {
  readonly name: string;
  readonly cloud: Cloud;
  /** Region of the cloud; on Kubernetes the context's name, or the placement's own. */
  readonly region: string;
  readonly role: "primary" | "secondary";
  /** AWS account or Google Cloud project. Undefined: that of the credentials, or of `access.gcp`. */
  readonly account?: string;
  /** Context of the kubeconfig. Undefined: the current one. */
  readonly context?: string;
  /** Number of its network: 4 is 10.4.0.0/16. */
  readonly cidrIndex: number;
  /** Network instead of the numbered one. */
  readonly cidrBlock?: string;
  /** Zones its network covers, on AWS. Undefined: three, or what the region has. */
  readonly zones?: number;
  /** ARN of the policy that is the permissions boundary of all its roles, on AWS. Undefined: they have none. */
  readonly permissionsBoundary?: string;
  /** Whether it keeps what the placements on Google Cloud share, whoever is primary. @default the first of them does */
  readonly founder?: true;
  /** What it uses instead of making it. */
  readonly existing?: Written["existing"][string];
  /** Vault, where it holds the system's own secrets. Undefined: the placement's own store does. */
  readonly vault?: VaultSettings;
}

/** The placements of settings, the short form written out. Whether they are right is for `placementChecks.ts`. */
export function placementsOf(settings: Written): readonly PlacementSettings[] {
  const written = settings.placements ?? shortForm(settings);
  return written.map((placement) => {
    const context =
      placement.cloud === "kubernetes" ? (placement.context ?? settings.access.kubernetes.context) : undefined;
    const account = placement.account ?? (placement.cloud === "gcp" ? settings.access.gcp.project : undefined);
    const boundary = placement.permissionsBoundary ?? settings.access.aws.permissionsBoundary;
    const existing = settings.existing[placement.name];
    const vault = vaultFor(settings.secretStore, placement.name);
    return {
      name: placement.name,
      cloud: placement.cloud,
      region: placement.region ?? context ?? placement.name,
      role: placement.role ?? (written.length === 1 ? "primary" : "secondary"),
      cidrIndex: placement.cidrIndex ?? 0,
      ...(account === undefined ? {} : { account }),
      ...(context === undefined ? {} : { context }),
      ...(placement.cidrBlock === undefined ? {} : { cidrBlock: placement.cidrBlock }),
      ...(placement.zones === undefined ? {} : { zones: placement.zones }),
      ...(placement.cloud === "aws" && boundary !== undefined ? { permissionsBoundary: boundary } : {}),
      ...(placement.founder === true ? { founder: true as const } : {}),
      ...(existing === undefined ? {} : { existing }),
      ...(vault === undefined ? {} : { vault }),
    };
  });
}

/** The order placements are deployed in. */
export function primaryFirst(placements: readonly PlacementSettings[]): readonly PlacementSettings[] {
  return [...placements].sort((a, b) => Number(b.role === "primary") - Number(a.role === "primary"));
}

function shortForm({ cloud, regions }: Written): readonly WrittenPlacement[] {
  if (cloud === undefined) {
    return [];
  }
  if (cloud === "kubernetes") {
    // On clusters you already have, the short form lists contexts.
    return regions === undefined
      ? [{ name: "main", cloud, role: "primary" }]
      : regions.map((context, index) => ({
          name: nameOf(context),
          cloud,
          region: context,
          context,
          role: roleOf(index),
          cidrIndex: index,
        }));
  }
  return (regions ?? []).map((region, index) => ({
    name: nameOf(region),
    cloud,
    region,
    role: roleOf(index),
    cidrIndex: cidrIndexOf(cloud, region),
  }));
}

const roleOf = (index: number) => (index === 0 ? "primary" : "secondary");

/** A context may be an ARN or an address; a placement's name may not. */
function nameOf(place: string): string {
  return place
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-$/g, "")
    .slice(-40)
    .replace(/^[^a-z]+/, "");
}
