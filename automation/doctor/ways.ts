import type { Plan } from "../../engine";
import type { Check } from "./check";

/** What a first `up` on AWS waits for, that nobody but a person can give: a way in, and answers to ACM's question. */
export function checkWays(plan: {
  readonly resources: readonly Pick<Plan["resources"][number], "type" | "placement" | "inputs">[];
}): readonly Check[] {
  const of = (type: string) => plan.resources.filter((resource) => resource.type === type);
  const networks = new Set(of("aws:ec2/vpc:Vpc").map(({ placement }) => placement));
  const closed = of("aws:eks/cluster:Cluster").filter(({ inputs, placement }) => {
    const { endpointPublicAccess } = (inputs.vpcConfig ?? {}) as { readonly endpointPublicAccess?: unknown };
    return endpointPublicAccess !== true && networks.has(placement);
  });
  const unanswered = of("aws:acm/certificateValidation:CertificateValidation").filter(
    ({ inputs }) => inputs.validationRecordFqdns === undefined,
  );
  return [
    ...closed.map(
      ({ placement }): Check => ({
        name: `way to the cluster of ${placement}`,
        status: "warning",
        detail: "its endpoint is private, in a network that this stack makes: nobody stands in it before the first up",
        fix: `name a network your runner is in (groundplan:existing.${placement}.vpc), set groundplan:access.deployer.from to cidrs with your ranges, or deploy the layers apart and the rest from within`,
      }),
    ),
    ...unanswered.map(
      ({ placement }): Check => ({
        name: `certificate of ${placement}`,
        status: "warning",
        detail: "no hosted zone is named: up waits until somebody adds the records ACM asks for, 75 minutes at most",
        fix: `set groundplan:existing.${placement}.zone, or add during up what aws acm describe-certificate names`,
      }),
    ),
  ];
}
