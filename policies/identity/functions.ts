import { at, keys, text } from "../read";
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

export const functionRules: readonly Rule[] = [functionSecrets];
