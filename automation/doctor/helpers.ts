import type { Plan } from "../../engine";
import type { Settings } from "../../stacks/settings";
import type { RunProgram } from "../lifecycle/processes";
import { type Check, failure, ok } from "./check";

/** The program that the kubeconfig of a cloud's cluster runs for a token: components/cluster/{eks,gke}/kubeconfig.ts. */
const HELPERS = {
  aws: { program: "aws", fix: "install the AWS CLI" },
  gcp: {
    program: "gke-gcloud-auth-plugin",
    fix: "install it: gcloud components install gke-gcloud-auth-plugin, or the package of that name",
  },
} as const;

/** Whether those a stack's objects in clusters of EKS and GKE are made with can be run: without them no update can. */
export async function checkHelpers(
  { placements }: Pick<Settings, "placements">,
  { resources }: Pick<Plan, "resources">,
  run: RunProgram,
): Promise<readonly Check[]> {
  const inCluster = new Set(
    resources.flatMap(({ type, placement }) => (type.startsWith("kubernetes:") ? [placement] : [])),
  );
  const needed = placements.flatMap(({ name, cloud }) =>
    cloud !== "kubernetes" && inCluster.has(name) ? [{ name, ...HELPERS[cloud] }] : [],
  );
  return Promise.all(needed.map((helper) => helperOf(helper, run)));
}

async function helperOf(
  { name, program, fix }: { readonly name: string; readonly program: string; readonly fix: string },
  run: RunProgram,
): Promise<Check> {
  const check = `token for the cluster of ${name}`;
  const { code, stdout, stderr } = await run(program, ["--version"]);
  if (code === 0) {
    // Some say it on the one stream, some on the other.
    return ok(check, (stdout.trim() || stderr.trim()).split("\n")[0] || program);
  }
  return code === undefined
    ? failure(check, `${program} is not installed, and the kubeconfig runs it`, fix)
    : failure(check, `${program} --version fails: ${stderr.trim().split("\n").at(-1) || `code ${code}`}`, fix);
}
