import type { z } from "zod";
import type { Environment } from "../../systems/spec";
import type { settingsSchema } from "./schema";

type Written = Pick<z.output<typeof settingsSchema>, "instance" | "environment" | "ephemeral" | "parts" | "layers">;

/** What tells a stack from others of its system, where they share something that a name stands in once. */
export interface Instances {
  /** In an account or a project. */
  readonly instance?: string;
  /** In a cluster. */
  readonly clusterInstance?: string;
}

/** Names a stack has that say no more than its environment: the one stack of it, and so what names have always been. */
const PLAIN: Readonly<Record<Environment, readonly string[]>> = {
  dev: ["dev", "development"],
  staging: ["staging", "stage"],
  production: ["production", "prod"],
};

/**
 * Two stacks of a system with the same environment and placements, such as a preview of every pull request, must not give
 * one name twice. So a stack's own name is in what it names, unless that name is the environment's. Stacks that share a
 * system by parts or layers have names in common and so no name of one of them in it: there the setting tells two sets
 * apart. In a cluster of somebody else's, namespaces keep the names of the description until the setting asks for
 * others, or the stack is one of many by its nature.
 */
export function instancesOf(written: Written, stack: string): Instances {
  const { instance, environment, ephemeral, parts, layers } = written;
  const plain = (name: string) => (PLAIN[environment].includes(name) ? undefined : name);
  const shared = parts !== undefined || layers.length < LAYERS;
  const named = instance === undefined ? (shared ? undefined : plain(stack)) : plain(instance);
  const inCluster = instance !== undefined || ephemeral ? named : undefined;
  return {
    ...(named === undefined ? {} : { instance: named }),
    ...(inCluster === undefined ? {} : { clusterInstance: inCluster }),
  };
}

/** Infrastructure, platform and workloads. */
const LAYERS = 3;
