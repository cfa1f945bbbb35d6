import type { ResourceFailure } from "./errors";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

/** Deletes a log group that nobody's state has. */
export function deleteLogGroup(name: string, region?: string): string {
  return `aws logs delete-log-group --log-group-name ${name}${region === undefined ? "" : ` --region ${region}`}`;
}

/**
 * What to do about failures whose cause is known. Services of AWS write their last lines after a destroy, and make the log
 * group again for that; those of EKS do so under a role no policy of ours reaches, so nothing keeps them from it.
 * https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2763
 */
export function remedyOf(failures: readonly ResourceFailure[]): string | undefined {
  const left = failures.flatMap(({ type, message }) => {
    const exists = type === LOG_GROUP && message.includes("ResourceAlreadyExistsException");
    return exists ? [/Log Group \(([^)\s]+)\)/.exec(message)?.[1] ?? "NAME"] : [];
  });
  return left.length === 0 || left.length < failures.length
    ? undefined
    : `a service wrote to it after an earlier stack of that name was destroyed; where no other stack has it, delete it in the placement's region and run the same command again: ${left.map((name) => deleteLogGroup(name)).join("; ")}`;
}
