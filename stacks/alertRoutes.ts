import type { AlertRoutes } from "../components/observability/alerting/routes";
import type { ProgramSettings } from "./settings";

/** Where the settings send alerts, each secret as a tainted output. */
export function alertRoutes({ alerts, secretValue }: ProgramSettings): AlertRoutes {
  const { slack, pagerduty, email, webhook, heartbeat } = alerts;
  return {
    ...(slack ? { slack: { channel: slack.channel, webhook: secretValue(slack.webhook) } } : {}),
    ...(pagerduty ? { pagerduty: { routingKey: secretValue(pagerduty.routingKey) } } : {}),
    ...(email
      ? {
          email: {
            to: email.to,
            from: email.from,
            smarthost: email.smarthost,
            username: email.username,
            ...(email.password ? { password: secretValue(email.password) } : {}),
          },
        }
      : {}),
    ...(webhook ? { webhook: { url: secretValue(webhook.url) } } : {}),
    ...(heartbeat ? { heartbeat: { url: secretValue(heartbeat.url) } } : {}),
  };
}
