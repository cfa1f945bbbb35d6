import { readFileSync } from "node:fs";
import { z } from "zod";
import { InputError } from "../../components/errors";
import { parseInput } from "../../components/validation";
import { FAULT_OPERATIONS, type Fault } from "../../engine/sandbox/faults";

const count = z.int().min(1);

const moment = z.enum(["before", "after"]).optional();

const target = {
  on: z.array(z.enum(FAULT_OPERATIONS)).nonempty().optional(),
  package: z.enum(["aws", "gcp", "kubernetes", "random"]).optional(),
  provider: z.string().min(1).optional(),
  type: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  nth: count.optional(),
  times: count.optional(),
};

const fault = z.discriminatedUnion("fault", [
  z.strictObject({ ...target, fault: z.literal("fail"), message: z.string().min(1).optional() }),
  z.strictObject({ ...target, fault: z.literal("slow"), milliseconds: count, when: moment }),
  z.strictObject({ ...target, fault: z.literal("throttle"), perSecond: count, attempts: count.optional() }),
  z.strictObject({ ...target, fault: z.literal("unreachable") }),
  z.strictObject({ ...target, fault: z.literal("unready"), message: z.string().min(1).optional() }),
  z.strictObject({ ...target, fault: z.literal("kill"), when: moment }),
]);

const schema = z.strictObject({ faults: z.array(fault) });

/** Reads a file of faults. Throws an {@link InputError} with every problem of it. */
export function readFaults(file: string): readonly Fault[] {
  return parseFaults(readFileSync(file, "utf8"), file);
}

/** Reads faults as `GROUNDPLAN_SANDBOX_FAULTS` holds them: the path of a file, or the JSON itself. */
export function faultsFromEnvironment(value: string | undefined): readonly Fault[] {
  if (value === undefined || value.trim() === "") {
    return [];
  }
  return value.trimStart().startsWith("{") ? parseFaults(value, "GROUNDPLAN_SANDBOX_FAULTS") : readFaults(value);
}

function parseFaults(text: string, source: string): readonly Fault[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new InputError([
      {
        path: "(top level)",
        source,
        found: error instanceof Error ? error.message : String(error),
        allowed: "JSON",
        fix: 'write {"faults": [{"fault": "fail", "on": ["create"], "nth": 3}]}',
      },
    ]);
  }
  return parseInput(schema, content, { root: "", source }).faults;
}
