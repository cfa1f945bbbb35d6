import type * as pulumi from "@pulumi/pulumi";

/** One route as a load balancer needs to know it. */
export interface LoadBalancerRoute {
  /** Full host name. */
  readonly host: string;
  /** Path prefix. */
  readonly path: string;
  readonly service: string;
  readonly namespace: string;
  /** Port of the Kubernetes Service. */
  readonly servicePort: number;
  /** Port the pods listen on. */
  readonly targetPort: number;
  readonly healthPath: string;
  /** Seconds an idle connection stays open. */
  readonly timeoutSeconds: number;
  readonly ready: readonly pulumi.Resource[];
}

export interface LoadBalancerContract {
  /** Address by host. */
  readonly urls: Readonly<Record<string, pulumi.Output<string>>>;
}

/** DNS records that somebody else must add, where no zone is named. */
export interface DnsRecords {
  /** What each host leads to: a name, for a CNAME or an alias at the top of a zone, or an address, for an A record. */
  readonly hosts: Readonly<Record<string, pulumi.Output<string>>>;
  /** What shows the certificate's issuer that the hosts are ours. */
  readonly certificate: pulumi.Output<
    readonly { readonly name: string; readonly type: string; readonly value: string }[]
  >;
}
