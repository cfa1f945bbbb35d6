import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { ORIGIN_HEADER } from "../cdn/plan";
import type { ListenerRule } from "./listenerRules";

export interface ListenerRulesArgs {
  readonly context: Context;
  readonly listenerArn: pulumi.Input<string>;
  readonly rules: readonly ListenerRule[];
  /** Target groups by the rules' keys. */
  readonly targets: ReadonlyMap<string, aws.lb.TargetGroup>;
  /** What the CDN shows; others get no answer. @default none: everybody is answered */
  readonly originToken?: pulumi.Output<string>;
}

/** What becomes of each request, as rules of the HTTPS listener. */
export function makeListenerRules(make: Make, args: ListenerRulesArgs): void {
  const { context, listenerArn, originToken } = args;
  for (const rule of args.rules) {
    const { key, host, paths, cookie, priority } = rule;
    make(aws.lb.ListenerRule, `rule-${key}`, {
      listenerArn,
      priority,
      conditions: [
        { hostHeader: { values: [host] } },
        ...(paths === undefined ? [] : [{ pathPattern: { values: [...paths] } }]),
        ...(cookie === undefined ? [] : [{ httpHeader: { httpHeaderName: "Cookie", values: [`*${cookie}=*`] } }]),
        ...(originToken === undefined
          ? []
          : [{ httpHeader: { httpHeaderName: ORIGIN_HEADER, values: [originToken] } }]),
      ],
      actions: [actionOf(rule, args.targets)],
      tags: context.tags,
    });
  }
}

function actionOf(
  { action }: ListenerRule,
  targets: ReadonlyMap<string, aws.lb.TargetGroup>,
): aws.types.input.lb.ListenerRuleAction {
  const secure = { protocol: "HTTPS", port: "443" };
  switch (action.kind) {
    case "forward": {
      const target = targets.get(action.target);
      return { type: "forward", ...(target ? { targetGroupArn: target.arn } : {}) };
    }
    case "sign-in":
      return { type: "redirect", redirect: { ...secure, path: action.path, query: "", statusCode: "HTTP_302" } };
    case "redirect":
      return {
        type: "redirect",
        redirect: { ...secure, host: action.to, statusCode: action.permanent ? "HTTP_301" : "HTTP_302" },
      };
    default:
      return action satisfies never;
  }
}
