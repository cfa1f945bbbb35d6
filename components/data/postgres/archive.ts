import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { ClusterContract } from "../../cluster/contract";
import type { Degraded } from "../../component";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { type Archive, cronOfWindow } from "../archive";
import { archiveRules, baseBackups, objectStoreSpec } from "./archiving";

export interface ArchiveArgs {
  readonly context: Context;
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly archive: Archive;
  readonly cluster: Pick<ClusterContract, "capabilities" | "installed">;
  /** Metadata of an object of that name. */
  readonly metadata: (name: string) => k8s.types.input.meta.v1.ObjectMeta;
}

/** The place of a database's copies, which must be there before the database asks for it. */
export function makeObjectStore(make: Make, args: ArchiveArgs): pulumi.Resource {
  const { store, spec, archive, context, cluster, metadata } = args;
  const { system, placement } = context;
  const plugin = cluster.installed?.barmanCloud;
  return make(
    k8s.apiextensions.CustomResource,
    "archive",
    {
      apiVersion: "barmancloud.cnpg.io/v1",
      kind: "ObjectStore",
      metadata: metadata(store),
      spec: objectStoreSpec({ store, spec, system, placement, archive }),
    },
    { dependsOn: plugin ? [plugin] : [] },
  );
}

/** Base backups every day, and alerts on copies that stop. */
export function makeBaseBackups(make: Make, args: ArchiveArgs, server: pulumi.Resource): void {
  const { store, spec, context, cluster, metadata } = args;
  make(
    k8s.apiextensions.CustomResource,
    "base-backups",
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "ScheduledBackup",
      metadata: metadata(`${store}-base`),
      spec: baseBackups(store, cronOfWindow(spec.backupWindow)),
    },
    { dependsOn: [server] },
  );
  if (!cluster.capabilities.prometheusOperator) {
    return;
  }
  const operator = cluster.installed?.prometheusOperator;
  const { system, environment, placement } = context;
  make(
    k8s.apiextensions.CustomResource,
    "archive-rules",
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: metadata(`${store}-archive`),
      spec: {
        groups: [{ name: `${store}-archive`, rules: archiveRules(store, { system, environment, placement }) }],
      },
    },
    { dependsOn: operator ? [operator] : [] },
  );
}

/** What keeps a database's log from an archive. */
export function noArchive(store: string, placement: string, named: boolean): Degraded {
  const feature = `continuous backup and point-in-time recovery of ${store}`;
  return named
    ? {
        feature,
        reason: "the plugin that brings write-ahead logs to object storage is not in the cluster",
        remedy: "set groundplan:kubernetes.addOns.barman-cloud to install or existing",
      }
    : {
        feature,
        reason: "no object storage is named that pods of the cluster have credentials for",
        remedy: `name a bucket and the Secret of its credentials in groundplan:existing.${placement}.archive`,
      };
}
