import type * as pulumi from "@pulumi/pulumi";
import { AddOns } from "../../../components/cluster/addOns/addOns";
import { type Cluster, DATA_STORAGE_CLASS } from "../../../components/cluster/gcp";
import type { Keys } from "../../../components/secrets/keys/gcp";
import { SecretStore } from "../../../components/secrets/secretStore/gcp";
import { namespaceOf } from "../../demands";
import { commonValues, tellGenerated } from "../commonSecrets";
import { meshValues } from "../kubernetesAddOns";
import { secretInputs } from "../secretInputs";
import { childOf, type SiteRequest } from "../site";
import { keptInVault } from "../vault";
import { watchValues } from "../watching";
import { addOnModes, clusterWatchValues, EXTERNAL_SECRETS } from "./controllers";

/** The controllers of a placement's cluster. */
export function makeAddOns(request: SiteRequest, cluster: Cluster, options: pulumi.ComponentResourceOptions): AddOns {
  const { context, settings, system } = request;
  return new AddOns(
    childOf(request, "add-ons"),
    {
      context,
      modes: addOnModes(system, settings),
      values: {
        ...clusterWatchValues(watchValues(request, { dataClass: DATA_STORAGE_CLASS })),
        ...meshValues("gke"),
      },
      after: cluster.ready,
    },
    // A cluster takes its releases along: uninstalling them one by one only gives each the chance to fail, and
    // controllers that stay to the end take the finalizers off all they look after.
    { ...options, deletedWith: cluster.cluster },
  );
}

export interface SecretsArgs {
  readonly cluster: Cluster;
  readonly keys: Keys;
  /** What reads the secrets in the cluster. */
  readonly reader: pulumi.Resource | undefined;
}

/** The secrets of a placement, and what reads them in its cluster. */
export function makeSecrets(
  request: SiteRequest,
  { cluster, keys, reader }: SecretsArgs,
  options: pulumi.ComponentResourceOptions,
): SecretStore {
  const { context, settings, system } = request;
  const namespaces = new Set(Object.values(system.services).map((service) => namespaceOf(system, service)));
  const store = new SecretStore(
    childOf(request, "secrets"),
    {
      context,
      ...secretInputs(system, settings),
      common: commonValues(request),
      elsewhere: keptInVault(request),
      ...(settings.secretRotation?.first === undefined ? {} : { rotateFrom: settings.secretRotation.first }),
      keys,
      reader: {
        kubernetes: cluster.kubernetes,
        principal: cluster.principal(EXTERNAL_SECRETS.namespace, EXTERNAL_SECRETS.name),
        ready: reader ? [reader] : [],
        namespaces: [...namespaces],
      },
    },
    // The pool of identities its members belong to comes with the cluster.
    { ...options, dependsOn: [cluster.cluster] },
  );
  tellGenerated(request, store.generated);
  return store;
}
