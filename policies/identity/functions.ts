import { at, isSet, keys, text } from "../read";
import { type Rule, resourceRule } from "../rule";
import { secretIn } from "../secretText";

export const functionSecrets = resourceRule({
  id: "lambda-no-secret-in-environment",
  title: "Lambda functions have no secret among their environment variables",
  severity: "critical",
  level: "mandatory",
  fix: "Read the value from Secrets Manager with the function's role.",
  sources: ["CKV_AWS_45"],
  resources: ["aws:lambda/function:Function"],
  check({ props }, report) {
    const variables = at(props, "environment", "variables");
    for (const name of keys(variables)) {
      const found = secretIn(name, text(at(variables, name)) ?? "");
      if (found !== undefined) report(`environment.variables.${name} holds ${found}`);
    }
  },
});

const SERVICE = /\.amazonaws\.com(\.cn)?$/;

export const functionCallers = resourceRule({
  id: "lambda-permission-source",
  title: "A service that calls a function does so for a named account or resource",
  description: "Without, it calls for whoever asks it, in any account",
  severity: "high",
  level: "mandatory",
  fix: "Set sourceAccount, or sourceArn with the account in it.",
  sources: ["CKV_AWS_364"],
  resources: ["aws:lambda/permission:Permission"],
  check({ props, notApplicable }, report) {
    const principal = text(props.principal) ?? "";
    if (!SERVICE.test(principal)) notApplicable("No service calls by it");
    if (!isSet(props.sourceAccount) && !isSet(props.sourceArn))
      report(`${principal} may call it without sourceAccount or sourceArn`);
  },
});

export const functionRules: readonly Rule[] = [functionSecrets, functionCallers];
