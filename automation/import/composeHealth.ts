import type { Path } from "../../components/validation";
import { parseDuration } from "./composeForms";
import type { DraftService } from "./draft";
import { isMapping, type Source, textOf } from "./source";

type Probes = NonNullable<Extract<DraftService, { kind: "deployment" }>["probes"]>;

/**
 * A health check as probes. Compose asks one question; it decides about traffic here, and a restart only follows where
 * the port no longer answers: the same question for both would restart what should only be left in peace.
 */
export function readHealth(path: Path, ports: ReadonlyMap<number, string>, source: Source): Probes | undefined {
  const check = source.at(path);
  if (check === undefined || check === null) {
    return undefined;
  }
  if (!isMapping(check)) {
    source.problem(path, "a mapping with test", "write test: and a list below it");
    return undefined;
  }
  const words = Array.isArray(check.test)
    ? check.test.map(textOf)
    : textOf(check.test) === undefined
      ? []
      : ["CMD-SHELL", textOf(check.test)];
  if (check.disable === true || words[0] === "NONE") {
    return undefined;
  }
  if (words.length < 2 || words.includes(undefined) || !["CMD", "CMD-SHELL"].includes(words[0] ?? "")) {
    source.problem([...path, "test"], "NONE, or CMD or CMD-SHELL and a command", "write the test as Compose has it");
    return undefined;
  }
  const timing = readTiming(path, check, source);
  const line = words.slice(1).join(" ");
  const url =
    /(?:curl|wget|http)\b.*?\bhttps?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+))?(\/[^\s"'|;&)]*)?/.exec(
      line,
    );
  const port = url ? ports.get(Number(url[1] ?? 80)) : undefined;
  const [first] = ports.values();
  if (url && port !== undefined) {
    return { liveness: { port, ...timing }, readiness: { path: url[2] ?? "/", port, ...timing } };
  }
  const command = words[0] === "CMD" ? words.slice(1) : ["/bin/sh", "-c", words[1]];
  const readiness = { command: command.flatMap((word) => word ?? []), ...timing };
  return first === undefined ? { liveness: readiness } : { liveness: { port: first, ...timing }, readiness };
}

const LIMITS = { min: 1, max: 1_000 };

function readTiming(path: Path, check: Readonly<Record<string, unknown>>, source: Source) {
  const seconds = (key: string) => {
    const value = parseDuration(check[key]);
    if (check[key] !== undefined && value === undefined) {
      source.problem([...path, key], "a duration such as 30s or 1m30s", "write a number with its unit");
    }
    return value === undefined ? undefined : Math.min(LIMITS.max, value);
  };
  const retries = check.retries === undefined ? undefined : Number(check.retries);
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= LIMITS.min && retries <= LIMITS.max)) {
    source.problem([...path, "retries"], "a whole number from 1 to 1000", "write how many failures count");
    return {};
  }
  const entries = {
    periodSeconds: atLeastOne(seconds("interval")),
    timeoutSeconds: atLeastOne(seconds("timeout")),
    failureThreshold: retries,
    initialDelaySeconds: seconds("start_period"),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<
    Record<keyof typeof entries, number>
  >;
}

function atLeastOne(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.max(LIMITS.min, seconds);
}
