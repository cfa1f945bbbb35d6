import type { RunResult } from "../../../engine";
import { arnOf, type Right, words } from "./row";
import { type PlannedSubject, textsOf } from "./subjects";
import { AWS_TABLE } from "./table";

/** Kinds of EC2 by how their ids begin. */
const KINDS: Readonly<Record<string, string>> = {
  vpc: "vpc",
  subnet: "subnet",
  sg: "security-group",
  rtb: "route-table",
};
const EC2_ID = /^(vpc|subnet|sg|rtb)-[0-9a-f]{8,17}$/;
const KEY_ARN = /^arn:aws[\w-]*:kms:/;
const WITHOUT_TAGS = "it is there already, named by a setting, without the system's tags";

/** What a stack uses without making it: a network, a key. Only settings name it, so the run's configuration tells it. */
export function foreignRights(run: RunResult, subjects: readonly PlannedSubject[]): readonly Right[] {
  const settings = Object.values(run.config).join("\n");
  const network = new Map<string, PlannedSubject>();
  const keys = new Set<string>();
  for (const subject of subjects) {
    for (const text of Object.values(subject.inputs).flatMap(textsOf)) {
      if (EC2_ID.test(text) && settings.includes(text)) {
        network.set(text, subject);
      } else if (KEY_ARN.test(text) && settings.includes(text)) {
        keys.add(text);
      }
    }
  }
  return [...networkRights(network, subjects), ...keyRights([...keys], subjects)];
}

function networkRights(
  found: ReadonlyMap<string, PlannedSubject>,
  subjects: readonly PlannedSubject[],
): readonly Right[] {
  const resources = [...found].map(([id, { place }]) => arnOf("ec2", place, `${KINDS[id.replace(/-.*/, "")]}/${id}`));
  // What makes something in it: the actions that rows name both as their own and as done to what is there.
  const actions = subjects.flatMap(({ type }) => {
    const row = AWS_TABLE[type];
    const manage = words(row?.manage);
    return row?.service === "ec2" ? words(row.create).filter((action) => manage.includes(action)) : [];
  });
  const launches = subjects.some(({ type }) => type === "aws:eks/nodeGroup:NodeGroup") ? ["RunInstances"] : [];
  return resources.length === 0
    ? []
    : [{ service: "ec2", actions: [...new Set([...actions, ...launches])], resources, reason: WITHOUT_TAGS }];
}

function keyRights(keys: readonly string[], subjects: readonly PlannedSubject[]): readonly Right[] {
  if (keys.length === 0) {
    return [];
  }
  const through = subjects.flatMap(({ type, region }) => {
    const service = AWS_TABLE[type]?.through;
    return service === undefined ? [] : [`${service}.${region}.amazonaws.com`];
  });
  return [
    {
      service: "kms",
      actions: ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
      resources: keys,
      condition: { StringEquals: { "kms:ViaService": [...new Set(through)].sort() } },
    },
    { service: "kms", actions: ["DescribeKey"], resources: keys },
    {
      service: "kms",
      actions: ["CreateGrant"],
      resources: keys,
      condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}
