import { unwrap, type Wire, type WireObject } from "../wire";
import type { SandboxObject } from "./store";

/** What a copy has of the object it copies: the input that names that one, and what is never given to the copy itself. */
const COPIES: Readonly<Record<string, { readonly source: string; readonly inherits: readonly string[] }>> = {
  "aws:rds/instance:Instance": {
    source: "replicateSourceDb",
    inherits: ["allocatedStorage", "dbName", "engine", "engineVersion", "username"],
  },
};

/** What an object has from the one it copies, which goes by its id, its ARN or its identifier. */
export function inherited(type: string, inputs: WireObject, objects: () => readonly SandboxObject[]): WireObject {
  const copy = COPIES[type];
  const name = copy && (unwrap(inputs) as WireObject)[copy.source];
  if (typeof name !== "string") {
    return {};
  }
  const source = objects().find(
    (object) => object.type === type && [object.id, object.outputs.arn, object.outputs.identifier].includes(name),
  );
  return source === undefined ? {} : kept(type, inputs, source.outputs);
}

/** What an object once had from another stays its own, whatever becomes of the other. */
export function kept(type: string, inputs: WireObject, outputs: WireObject): WireObject {
  const keys = COPIES[type]?.inherits ?? [];
  return Object.fromEntries(
    keys
      .filter((key) => !(key in inputs))
      .flatMap((key): readonly (readonly [string, Wire])[] => {
        const value = outputs[key];
        return value === undefined ? [] : [[key, value]];
      }),
  );
}
