import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EdgeSpec } from "../../../systems/spec";
import { accountOf } from "../../aws/account";
import { makeLogGroup } from "../../aws/logGroup";
import { policyDocument } from "../../aws/policy";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { identityOf } from "../../context";
import { InputError } from "../../errors";
import type { Make } from "../../make";
import { NAME_RULES, uniqueName } from "../../naming";
import { keyPolicy } from "../../secrets/keys/policy";
import { makeCertificate } from "../loadBalancer/certificate";
import { DEFAULT_RATE_LIMIT, makeWebFirewall } from "../loadBalancer/firewall";
import { cdnProblems } from "./constraints";
import {
  CACHING_DISABLED,
  CACHING_OPTIMIZED,
  type DeliveredBucket,
  LONGEST_READ_SECONDS,
  ORIGIN_HEADER,
  originPathCode,
  priceClassFor,
  responseHeaders,
  viewerPolicyFor,
  WHOLE_REQUEST,
} from "./plan";

export interface CdnArgs extends ComponentArgs {
  /** Full host names the public asks for. */
  readonly hosts: readonly string[];
  /** Name all load balancers answer under, the nearest first. */
  readonly originHost: string;
  /** What a load balancer wants to see before it answers. */
  readonly originToken: pulumi.Output<string>;
  readonly edge: EdgeSpec;
  /** Longest a route lets an answer take. */
  readonly timeoutSeconds: number;
  readonly zoneId: string;
  /** Buckets whose objects it delivers. @default none */
  readonly buckets?: readonly (DeliveredBucket & { readonly domainName: pulumi.Input<string> })[];
  readonly transform?: { readonly distribution?: Transform<aws.cloudfront.DistributionArgs> };
}

/** CloudFront before the load balancers: TLS 1.2 and later, a firewall, security headers, logs, one year for what never changes. */
export class Cdn extends Component {
  readonly distribution: Pick<aws.cloudfront.Distribution, "arn" | "id">;

  private readonly args: CdnArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: CdnArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:edge:Cdn", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const problems = cdnProblems({
      region: this.context.region,
      hosts: args.hosts,
      edge: args.edge,
      buckets: args.buckets ?? [],
    });
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const logsKeyArn = this.makeLogsKey();
    const distribution = this.makeDistribution(this.makeFirewall(logsKeyArn));
    this.distribution = distribution;
    this.makeLogs(distribution, logsKeyArn);
    this.makeRecords(distribution);
    if (args.timeoutSeconds > LONGEST_READ_SECONDS) {
      this.degrade({
        feature: `answers that take up to ${args.timeoutSeconds} seconds`,
        reason: `CloudFront waits ${LONGEST_READ_SECONDS} seconds for an origin's next byte, and ten minutes on a silent socket`,
        remedy: "send something within that time, or ask AWS for a longer response timeout",
      });
    }
    this.finish({ domainName: distribution.domainName, hosts: [...args.hosts] });
  }

  private makeLogsKey(): pulumi.Output<string> {
    const { context } = this;
    return this.make(
      aws.kms.Key,
      "logs-key",
      {
        description: `logs of the edge of ${context.system} (${context.environment})`,
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
        policy: policyDocument(keyPolicy("logs", context.region, accountOf(this))),
        tags: context.tags,
      },
      { protect: context.redundancy.protect },
    ).arn;
  }

  private makeFirewall(logsKeyArn: pulumi.Output<string>): aws.wafv2.WebAcl {
    const { context, args } = this;
    return makeWebFirewall(this.makeChild, {
      context,
      logsKeyArn,
      rateLimit: args.edge.rateLimit ?? DEFAULT_RATE_LIMIT,
    });
  }

  private makeDistribution(firewall: aws.wafv2.WebAcl): aws.cloudfront.Distribution {
    const { context, args } = this;
    const { hosts, edge } = args;
    // The load balancer's certificate has put the records of these hosts into the zone: ACM asks for the same again.
    const { arn } = makeCertificate(this.makeChild, { context, hosts });
    const behavior = {
      targetOriginId: "placements",
      viewerProtocolPolicy: "redirect-to-https",
      originRequestPolicyId: WHOLE_REQUEST,
      responseHeadersPolicyId: this.makeHeaders().id,
      compress: true,
    };
    const read = ["GET", "HEAD", "OPTIONS"];
    const delivery = this.makeDelivery(behavior.responseHeadersPolicyId);
    const paths = (edge.staticPaths ?? []).map((path) => `${path.replace(/\/$/, "")}/*`);
    const cachePolicyId = paths.length > 0 ? this.makeStaticPolicy().id : CACHING_DISABLED;
    return this.make(aws.cloudfront.Distribution, "distribution", {
      enabled: true,
      comment: `Edge of ${context.system} (${context.environment})`,
      aliases: [...hosts],
      httpVersion: "http2and3",
      isIpv6Enabled: true,
      priceClass: priceClassFor(edge.cdnRegions),
      webAclId: firewall.arn,
      origins: [
        {
          originId: "placements",
          domainName: args.originHost,
          customHeaders: [{ name: ORIGIN_HEADER, value: args.originToken }],
          customOriginConfig: {
            httpPort: 80,
            httpsPort: 443,
            originProtocolPolicy: "https-only",
            originSslProtocols: ["TLSv1.2"],
            originReadTimeout: LONGEST_READ_SECONDS,
            originKeepaliveTimeout: 60,
          },
        },
        ...delivery.origins,
      ],
      defaultCacheBehavior: {
        ...behavior,
        cachePolicyId: CACHING_DISABLED,
        allowedMethods: ["DELETE", ...read, "PATCH", "POST", "PUT"],
        cachedMethods: ["GET", "HEAD"],
      },
      orderedCacheBehaviors: [
        ...delivery.behaviors,
        ...paths.map((pathPattern) => ({
          ...behavior,
          pathPattern,
          cachePolicyId,
          allowedMethods: read,
          cachedMethods: ["GET", "HEAD"],
        })),
      ],
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: {
        acmCertificateArn: arn,
        sslSupportMethod: "sni-only",
        minimumProtocolVersion: viewerPolicyFor(edge.tlsMinimum),
      },
      tags: context.tags,
    });
  }

  /**
   * Buckets stay private: CloudFront signs what it asks of them, and they know it by that.
   * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
   */
  private makeDelivery(responseHeadersPolicyId: pulumi.Output<string>) {
    const { buckets = [] } = this.args;
    if (buckets.length === 0) {
      return { origins: [], behaviors: [] };
    }
    const access = this.make(aws.cloudfront.OriginAccessControl, "bucket-access", {
      name: this.policyName("buckets"),
      description: `Signs requests to the buckets of ${this.context.system}`,
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    });
    const paths = this.make(aws.cloudfront.Function, "bucket-paths", {
      name: this.policyName("paths"),
      comment: `Takes the paths of ${this.context.system}'s buckets off what is asked of them`,
      runtime: "cloudfront-js-2.0",
      publish: true,
      code: originPathCode(buckets),
    });
    return {
      origins: buckets.map(({ store, domainName }) => ({
        originId: `bucket-${store}`,
        domainName,
        originAccessControlId: access.id,
      })),
      behaviors: buckets.map(({ store, path }) => ({
        targetOriginId: `bucket-${store}`,
        pathPattern: `${path.replace(/\/$/, "")}/*`,
        viewerProtocolPolicy: "redirect-to-https",
        compress: true,
        // No policy of what the origin is sent: S3 would take the viewer's host for a bucket.
        cachePolicyId: CACHING_OPTIMIZED,
        responseHeadersPolicyId,
        functionAssociations: [{ eventType: "viewer-request", functionArn: paths.arn }],
        allowedMethods: ["GET", "HEAD", "OPTIONS"],
        cachedMethods: ["GET", "HEAD"],
      })),
    };
  }

  private makeHeaders(): aws.cloudfront.ResponseHeadersPolicy {
    return this.make(aws.cloudfront.ResponseHeadersPolicy, "headers", {
      name: this.policyName("headers"),
      comment: `Security headers of ${this.context.system}`,
      ...responseHeaders(this.args.edge.headers),
    });
  }

  /** Unlike CloudFront's own policies this one tells hosts apart, whose paths may hold different things. */
  private makeStaticPolicy(): aws.cloudfront.CachePolicy {
    const year = 31_536_000;
    return this.make(aws.cloudfront.CachePolicy, "static", {
      name: this.policyName("static"),
      minTtl: 1,
      defaultTtl: year,
      maxTtl: year,
      parametersInCacheKeyAndForwardedToOrigin: {
        cookiesConfig: { cookieBehavior: "none" },
        headersConfig: { headerBehavior: "whitelist", headers: { items: ["Host"] } },
        queryStringsConfig: { queryStringBehavior: "all" },
        enableAcceptEncodingBrotli: true,
        enableAcceptEncodingGzip: true,
      },
    });
  }

  /** Not the older way into a bucket, which needs access lists: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html */
  private makeLogs(distribution: aws.cloudfront.Distribution, keyArn: pulumi.Output<string>): void {
    const { context } = this;
    const group = makeLogGroup(this.makeChild, "logs", { context, keyArn });
    const source = this.make(aws.cloudwatch.LogDeliverySource, "log-source", {
      name: this.policyName("requests"),
      logType: "ACCESS_LOGS",
      resourceArn: distribution.arn,
      tags: context.tags,
    });
    const destination = this.make(aws.cloudwatch.LogDeliveryDestination, "log-destination", {
      name: this.policyName("requests"),
      outputFormat: "json",
      deliveryDestinationConfiguration: { destinationResourceArn: group.arn },
      tags: context.tags,
    });
    this.make(aws.cloudwatch.LogDelivery, "log-delivery", {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.arn,
      tags: context.tags,
    });
  }

  private makeRecords(distribution: aws.cloudfront.Distribution): void {
    const { hosts, zoneId } = this.args;
    for (const host of hosts) {
      for (const type of ["A", "AAAA"]) {
        this.make(aws.route53.Record, `record-${host.replaceAll(".", "-")}-${type.toLowerCase()}`, {
          zoneId,
          name: host,
          type,
          aliases: [{ name: distribution.domainName, zoneId: distribution.hostedZoneId, evaluateTargetHealth: false }],
        });
      }
    }
  }

  /** Names of policies and deliveries are one account's. */
  private policyName(role: string): string {
    return uniqueName({ ...NAME_RULES.awsDatabase, maxLength: 60 }, [
      identityOf(this.context),
      this.context.environment,
      role,
    ]);
  }
}
