import type * as pulumi from "@pulumi/pulumi";
import type { Degraded } from "../../component";

/** Where alerts go, as the settings say; secret values are tainted outputs. */
export interface AlertRoutes {
  readonly slack?: { readonly channel: string; readonly webhook: pulumi.Output<string> };
  readonly pagerduty?: { readonly routingKey: pulumi.Output<string> };
  readonly email?: {
    readonly to: readonly string[];
    readonly from?: string;
    readonly smarthost?: string;
    readonly username?: string;
    readonly password?: pulumi.Output<string>;
  };
  readonly webhook?: { readonly url: pulumi.Output<string> };
  /** Called as long as alerts can be delivered: its silence is the alarm. */
  readonly heartbeat?: { readonly url: pulumi.Output<string> };
}

export type Channel = "slack" | "pagerduty" | "email" | "webhook";

export interface RoutesPlan {
  /** Spec of an AlertmanagerConfig; undefined where nothing is to be routed. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** What its Secret holds. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly degraded: readonly Degraded[];
}

/** Name of the rule that always fires. */
export const DEAD_MANS_SWITCH = "DeadMansSwitch";

export interface RoutesArgs {
  /** Labels of the alerts that are this placement's. */
  readonly labels: Readonly<Record<string, string>>;
  /** Channels the system asks for. */
  readonly notify: readonly Channel[];
  readonly routes: AlertRoutes;
  readonly secretName: string;
}

/** Critical alerts page and are told to everyone; all others are told; the dead man's switch goes to its own hook. */
export function planRoutes({ labels, notify, routes, secretName }: RoutesArgs): RoutesPlan {
  const reference = (key: string) => ({ name: secretName, key });
  const { slack, pagerduty, email, webhook, heartbeat } = routes;
  const sends = email !== undefined && email.smarthost !== undefined && email.from !== undefined;
  const notices = {
    ...(slack
      ? {
          slackConfigs: [
            { apiURL: reference("slack"), channel: slack.channel, sendResolved: true, title: TITLE, text: TEXT },
          ],
        }
      : {}),
    ...(email && sends
      ? {
          emailConfigs: [
            {
              to: email.to.join(", "),
              from: email.from,
              smarthost: email.smarthost,
              requireTLS: true,
              sendResolved: true,
              ...(email.username === undefined
                ? {}
                : { authUsername: email.username, authPassword: reference("email") }),
            },
          ],
        }
      : {}),
    ...(webhook ? { webhookConfigs: [{ urlSecret: reference("webhook"), sendResolved: true }] } : {}),
  };
  const receivers = [
    { name: "notices", ...notices },
    ...(pagerduty
      ? [
          {
            name: "page",
            pagerdutyConfigs: [{ routingKey: reference("pagerduty"), sendResolved: true, description: TITLE }],
          },
        ]
      : []),
    ...(heartbeat
      ? [{ name: "heartbeat", webhookConfigs: [{ urlSecret: reference("heartbeat"), sendResolved: false }] }]
      : []),
    // The switch fires all the time, which nobody wants to be told.
    { name: "nobody" },
  ];
  const matchers = Object.entries(labels).map(([name, value]) => ({ name, value, matchType: "=" }));
  const spec = {
    route: {
      receiver: "notices",
      matchers,
      groupBy: ["alertname", "placement"],
      groupWait: "30s",
      groupInterval: "5m",
      repeatInterval: "4h",
      routes: [
        {
          receiver: heartbeat ? "heartbeat" : "nobody",
          matchers: [{ name: "alertname", value: DEAD_MANS_SWITCH, matchType: "=" }],
          groupWait: "0s",
          groupInterval: "1m",
          repeatInterval: "5m",
        },
        ...(pagerduty
          ? [{ receiver: "page", matchers: [{ name: "severity", value: "critical", matchType: "=" }], continue: true }]
          : []),
        { receiver: "notices" },
      ],
    },
    receivers,
  };
  const any = Object.keys(notices).length > 0 || pagerduty !== undefined || heartbeat !== undefined;
  return { ...(any ? { spec } : {}), secrets: secretsOf(routes, sends), degraded: verdicts(notify, routes, sends) };
}

const TITLE =
  "[{{ .Status }}] {{ .CommonLabels.alertname }} ({{ .CommonLabels.system }}, {{ .CommonLabels.placement }})";
const TEXT =
  "{{ range .Alerts }}{{ .Annotations.summary }}{{ if .Annotations.action }}\n{{ .Annotations.action }}{{ end }}\n{{ end }}";

function secretsOf(routes: AlertRoutes, sends: boolean): RoutesPlan["secrets"] {
  const { slack, pagerduty, email, webhook, heartbeat } = routes;
  return {
    ...(slack ? { slack: slack.webhook } : {}),
    ...(pagerduty ? { pagerduty: pagerduty.routingKey } : {}),
    ...(sends && email?.password ? { email: email.password } : {}),
    ...(webhook ? { webhook: webhook.url } : {}),
    ...(heartbeat ? { heartbeat: heartbeat.url } : {}),
  };
}

function verdicts(notify: readonly Channel[], routes: AlertRoutes, sends: boolean): readonly Degraded[] {
  const unnamed = notify.filter((channel) => routes[channel] === undefined);
  return [
    ...(unnamed.length > 0
      ? [
          {
            feature: `alert routes to ${unnamed.join(", ")}`,
            reason: "the settings name no receiver",
            remedy: `set ${unnamed.map((channel) => `groundplan:alerts.${channel}`).join(", ")}`,
          },
        ]
      : []),
    ...(routes.email && !sends
      ? [
          {
            feature: "alert routes to email",
            reason: "a cluster's Alertmanager sends mail itself, and has neither server nor sender",
            remedy: "set groundplan:alerts.email.smarthost and groundplan:alerts.email.from",
          },
        ]
      : []),
    ...(routes.heartbeat
      ? []
      : [
          {
            feature: "alarm when alerting itself is dead",
            reason: "nobody outside the cluster is told that alerts can still be delivered",
            remedy: "set groundplan:alerts.heartbeat to a service that alerts when it is not called",
          },
        ]),
  ];
}
