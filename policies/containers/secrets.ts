import { applicableObjects, kinds } from "../kubernetes";
import { containerRule } from "../pods";
import { at, keys, list, text } from "../read";
import { resourceRule } from "../rule";
import { secretIn } from "../secretText";

export const envSecrets = containerRule(
  {
    id: "container-no-secret-in-env",
    title: "Environment variables hold no secret in plain text",
    severity: "critical",
    level: "mandatory",
    fix: "Read the variable from a Secret with valueFrom.secretKeyRef, or mount the Secret as a file.",
    sources: ["CKV_K8S_35", "C-0012"],
  },
  ({ props }) => {
    for (const variable of list(props.env)) {
      const name = text(at(variable, "name")) ?? "";
      const value = text(at(variable, "value"));
      const found = value === undefined ? undefined : secretIn(name, value);
      if (found !== undefined) return `env ${name} holds ${found}`;
    }
    return undefined;
  },
);

export const argumentSecrets = containerRule(
  {
    id: "container-no-secret-in-arguments",
    title: "Commands and arguments hold no secret in plain text",
    severity: "critical",
    level: "mandatory",
    fix: "Pass $(VARIABLE) from a Secret instead of the value.",
    sources: ["C-0012"],
  },
  ({ props }) => {
    for (const field of ["command", "args"]) {
      for (const argument of list(props[field])) {
        const found = typeof argument === "string" ? secretIn("", argument) : undefined;
        if (found !== undefined) return `${field} holds ${found}`;
      }
    }
    return undefined;
  },
);

export const configMapSecrets = resourceRule({
  id: "config-map-no-secret",
  title: "ConfigMaps hold no secret",
  severity: "critical",
  level: "mandatory",
  fix: "Move the key into a Secret, or into a secret store read by External Secrets.",
  sources: ["CKV_K8S_35", "C-0012"],
  resources: kinds("ConfigMap"),
  check(resource, report) {
    for (const object of applicableObjects(resource, ["ConfigMap"])) {
      const data = object.props.data;
      for (const key of keys(data)) {
        const value = text(at(data, key));
        // A file's name says nothing about its text, so only its values are looked at.
        const found = value === undefined ? undefined : secretIn(value.includes("\n") ? "" : key, value);
        if (found !== undefined) report(`${object.where}data.${key} holds ${found}`);
      }
    }
  },
});

export const secretRules = [envSecrets, argumentSecrets, configMapSecrets];
