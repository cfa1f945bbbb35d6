import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";

/** The project a component's own provider works in. */
export interface Project {
  readonly id: pulumi.Output<string>;
  /** What service agents and workload identities are named by. */
  readonly number: pulumi.Output<string>;
}

export function projectOf(parent: pulumi.Resource): Project {
  const project = gcp.organizations.getProjectOutput({}, { parent });
  // The name of a project's own resource is its id, whatever the project is called.
  return { id: project.id.apply((id) => id.replace(/^projects\//, "")), number: project.number };
}
