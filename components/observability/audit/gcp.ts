import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecuritySpec } from "../../../systems/spec";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { identityOf } from "../../context";
import { GCP_NAMES } from "../../gcp/names";
import { type Project, projectOf } from "../../gcp/project";
import { AUTO_NAME_SUFFIX, uniqueName } from "../../naming";

export interface AuditArgs extends ComponentArgs {
  readonly security: SecuritySpec;
  /** Whether what belongs to the whole project is made here, and not with another placement. */
  readonly wholeProject: boolean;
  /** Whether reads and writes of buckets are logged, whatever else is. */
  readonly bucketAccess: boolean;
  /** Days audit logs are kept. */
  readonly auditDays: number;
  /** Monthly budget and who hears of it. @default none */
  readonly budget?: { readonly monthlyUsd: number; readonly to: readonly string[] };
  /** Billing account that pays. */
  readonly billingAccount?: string;
  readonly transform?: {
    readonly logs?: Transform<gcp.logging.ProjectBucketConfigArgs>;
    readonly budget?: Transform<gcp.billing.BudgetArgs>;
  };
}

/** Shares of the budget that are told of: half of it spent, most of it spent, all of it about to be. */
const THRESHOLDS = [
  { thresholdPercent: 0.5, spendBasis: "CURRENT_SPEND" },
  { thresholdPercent: 0.8, spendBasis: "CURRENT_SPEND" },
  { thresholdPercent: 1, spendBasis: "FORECASTED_SPEND" },
] as const;
/** Activity of administrators is always logged, and kept for 400 days; these are not, until they are asked for. */
const ACCESS_LOGS = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"] as const;
const AUDIT_LOGS = 'logName:"cloudaudit.googleapis.com"';

/** How long logs are kept, who did what in the project, and what it costs. One per project, as they are the project's. */
export class Audit extends Component {
  private readonly args: AuditArgs;
  private readonly project: Project;

  constructor(name: string, args: AuditArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Monitoring", name, args, opts);
    this.args = args;
    this.project = projectOf(this);
    if (args.wholeProject) {
      this.keepLogs();
      if (args.security.auditLog) {
        this.logAccess();
      } else if (args.bucketAccess) {
        this.logBucketAccess();
      }
      if (args.security.ddos === "advanced") {
        this.enrollArmor();
      }
      this.makeBudget();
    }
    this.verdicts();
    this.finish();
  }

  /** The bucket every log goes to by default, which otherwise keeps it for thirty days. */
  private keepLogs(): void {
    this.make(gcp.logging.ProjectBucketConfig, "logs", {
      project: this.project.id,
      location: "global",
      bucketId: "_Default",
      retentionDays: this.context.redundancy.logRetentionDays,
      description: `Logs of ${this.context.system} (${this.context.environment})`,
    });
  }

  /** Reads and writes of data too, to a bucket of their own that in production nobody can empty before its time. */
  private logAccess(): void {
    const { context, args, project } = this;
    this.make(gcp.projects.IAMAuditConfig, "access-logs", {
      project: project.id,
      service: "allServices",
      auditLogConfigs: ACCESS_LOGS.map((logType) => ({ logType })),
    });
    const { protect } = context.redundancy;
    // Nobody can shorten a locked bucket, not even the project's owner: production only, where that is the point.
    const locked = context.environment === "production" && protect;
    // A deleted bucket keeps its name for a week, and the next stack of the project has audit logs of its own.
    const suffix = this.make(random.RandomId, "audit-suffix", { byteLength: 4 });
    const prefix = uniqueName(
      GCP_NAMES.logBucket,
      [identityOf(context), context.environment, "audit"],
      AUTO_NAME_SUFFIX + 1,
    );
    const bucketId = pulumi.interpolate`${prefix}-${suffix.hex}`;
    const bucket = this.make(
      gcp.logging.ProjectBucketConfig,
      "audit-logs",
      {
        project: project.id,
        location: context.region,
        bucketId,
        retentionDays: args.auditDays,
        locked,
        description: `Audit logs of ${context.system} (${context.environment})`,
      },
      // Google deletes no locked bucket before the last of its logs is due: it outlives the stack.
      { protect, ...(locked ? { retainOnDelete: true } : {}) },
    );
    // A sink to a bucket of its own project writes without a grant.
    const sink = this.make(
      gcp.logging.ProjectSink,
      "audit-sink",
      {
        destination: pulumi.interpolate`logging.googleapis.com/projects/${project.id}/locations/${context.region}/buckets/${bucketId}`,
        filter: AUDIT_LOGS,
        description: "Audit logs, where they outlive the project's default",
        uniqueWriterIdentity: true,
      },
      { dependsOn: [bucket] },
    );
    // What the sink copies would be stored, and paid for, a second time; activity is in _Required at no price anyhow.
    this.make(
      gcp.logging.ProjectExclusion,
      "audit-once",
      {
        project: project.id,
        filter: AUDIT_LOGS,
        description: "Audit logs go to a bucket of their own, not to _Default as well",
      },
      { dependsOn: [sink] },
    );
  }

  /**
   * Reads and writes of buckets alone, kept with all other logs. Google advises these before usage logs, and they need no
   * grant to a stranger. https://docs.cloud.google.com/storage/docs/access-logs
   */
  private logBucketAccess(): void {
    this.make(gcp.projects.IAMAuditConfig, "bucket-access-logs", {
      project: this.project.id,
      service: "storage.googleapis.com",
      auditLogConfigs: ["DATA_READ", "DATA_WRITE"].map((logType) => ({ logType })),
    });
  }

  /** https://docs.cloud.google.com/armor/docs/armor-enterprise-overview */
  private enrollArmor(): void {
    this.make(gcp.compute.ProjectCloudArmorTier, "armor", { cloudArmorTier: "CA_ENTERPRISE_PAYGO" });
  }

  private makeBudget(): void {
    const { context, args, project } = this;
    const { budget, billingAccount } = args;
    if (!budget) {
      return;
    }
    if (billingAccount === undefined) {
      this.degrade({
        feature: `a budget of ${budget.monthlyUsd} USD a month`,
        reason: "a budget belongs to the billing account, which a project does not tell",
        remedy: "set groundplan:access.gcp.billingAccount; the deployer needs roles/billing.costsManager there",
      });
      return;
    }
    const channels = budget.to.map((address, index) =>
      this.make(gcp.monitoring.NotificationChannel, `budget-email-${index + 1}`, {
        type: "email",
        displayName: `Budget of ${context.system}: ${address}`,
        labels: { email_address: address },
      }),
    );
    this.make(gcp.billing.Budget, "budget", {
      billingAccount,
      displayName: `${context.system} (${context.environment})`.slice(0, 60),
      budgetFilter: {
        projects: [pulumi.interpolate`projects/${project.number}`],
        calendarPeriod: "MONTH",
        creditTypesTreatment: "INCLUDE_ALL_CREDITS",
      },
      amount: { specifiedAmount: { currencyCode: "USD", units: String(budget.monthlyUsd) } },
      thresholdRules: THRESHOLDS.map((rule) => ({ ...rule })),
      allUpdatesRule: {
        // Five at most: https://docs.cloud.google.com/billing/docs/how-to/budgets-notification-recipients
        monitoringNotificationChannels: channels.slice(0, 5).map(({ id }) => id),
        disableDefaultIamRecipients: false,
      },
    });
  }

  private verdicts(): void {
    const { security } = this.args;
    const unmet: readonly (readonly [boolean, string, string, string])[] = [
      [
        security.intrusionDetection,
        "detection of intruders",
        "Security Command Center is switched on for an organization or a project by a person who accepts its price",
        "activate it for the project in the console; GKE's own posture checks are on without it",
      ],
      [
        security.trafficInspection,
        "inspection of traffic out of the network",
        "Cloud NGFW Enterprise is not set up by this program: firewall rules and NetworkPolicies decide by address and port",
        "put firewall endpoints of Cloud NGFW into the placement's zones",
      ],
      [
        security.vpnGateway,
        "a VPN into the private network",
        "no VPN gateway is set up by this program",
        "use Identity-Aware Proxy's tunnels, or make an HA VPN gateway in the network",
      ],
      [
        security.forensicSnapshots,
        "snapshots before an automated response",
        "nothing here ends what an intruder uses by itself, so nothing is snapshot before",
        "take a snapshot of the node's disks by hand before it is ended",
      ],
    ];
    for (const [asked, feature, reason, remedy] of unmet) {
      if (asked) {
        this.degrade({ feature, reason, remedy });
      }
    }
  }
}
