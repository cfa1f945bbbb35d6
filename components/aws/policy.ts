import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../binding";

type Values = pulumi.Input<string> | readonly pulumi.Input<string>[];

/** One statement of an IAM, key or bucket policy, in the words of AWS. */
export interface Statement {
  readonly Sid: string;
  readonly Effect?: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, Values>>;
  readonly Action: Values;
  readonly Resource: Values;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

/** A policy document of these statements; each allows unless it says otherwise. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map(({ Sid, Effect = "Allow", ...rest }) => ({ Sid, Effect, ...rest })),
  });
}

/** A policy of exactly these grants, one statement each. */
export function grantsDocument(grants: readonly Grant[]): pulumi.Output<string> {
  return policyDocument(
    grants.map((grant) => ({
      Sid: statementId(grant.id),
      Action: grant.actions,
      Resource: grant.resources,
      ...(grant.conditions ? { Condition: grant.conditions } : {}),
    })),
  );
}

/** A trust policy for an AWS service acting in this account only, so that no other account's resource can borrow it. */
export function serviceTrust(service: string, account: pulumi.Input<string>): pulumi.Output<string> {
  return trust({
    Sid: "Assume",
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  });
}

/** A trust policy for services that send no source account with their calls. */
export function plainServiceTrust(service: string): pulumi.Output<string> {
  return trust({ Sid: "Assume", Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" });
}

/** A trust policy for a service, narrowed by conditions of its own. */
export function conditionalTrust(
  service: string,
  condition: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>,
): pulumi.Output<string> {
  return trust({
    Sid: "Assume",
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    Condition: condition,
  });
}

/** A trust policy for the tokens of one service account of one cluster, whose key has its issuer in its name. */
export function webIdentityTrust(subject: {
  readonly providerArn: pulumi.Output<string>;
  readonly issuer: pulumi.Output<string>;
  readonly namespace: string;
  readonly serviceAccount: string;
}): pulumi.Output<string> {
  const account = `system:serviceaccount:${subject.namespace}:${subject.serviceAccount}`;
  return trust({
    Sid: "WebIdentity",
    Effect: "Allow",
    Principal: { Federated: subject.providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: subject.issuer.apply((issuer) => ({
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: account,
      })),
    },
  });
}

/**
 * A trust policy for EKS Pod Identity, bound to one service account of one cluster by the session tags EKS sets.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 */
export function podIdentityTrust(subject: {
  readonly clusterArn: pulumi.Input<string>;
  readonly namespace: string;
  readonly serviceAccount: string;
}): pulumi.Output<string> {
  return trust({
    Sid: "PodIdentity",
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:RequestTag/eks-cluster-arn": subject.clusterArn,
        "aws:RequestTag/kubernetes-namespace": subject.namespace,
        "aws:RequestTag/kubernetes-service-account": subject.serviceAccount,
      },
    },
  });
}

function trust(statement: Readonly<Record<string, unknown>>): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: [statement] });
}

/** Statement ids take letters and digits only. */
function statementId(id: string): string {
  return id
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
