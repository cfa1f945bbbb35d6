import { expect } from "chai";
import discovery from "../components/gcp/fixtures/discovery.json";
import { planGcp, planVibebox } from "./gcpPlan";

const ENUMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = discovery.enums;

/** One value that Google has a list for. */
interface Listed {
  readonly where: string;
  readonly value: string;
  readonly allowed: readonly string[];
}

/** Values below an input that Google's own description of the service lists, under the provider's plural or not. */
function listed(service: string, value: unknown, where: string, key: string): readonly Listed[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => listed(service, item, where, key));
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => listed(service, inner, `${where}.${name}`, name));
  }
  const allowed = ENUMS[service]?.[key] ?? ENUMS[service]?.[key.replace(/s$/, "")];
  return typeof value === "string" && allowed ? [{ where, value, allowed }] : [];
}

describe("inputs against Google's own API descriptions", function () {
  this.timeout(120_000);

  it("use no value that Google does not list", async () => {
    const plans = [(await planGcp("simulate")).plan, (await planVibebox("simulate")).plan];
    const found = plans
      .flatMap(({ resources }) => resources)
      .flatMap(({ type, inputs }) => {
        const service = /^gcp:(\w+)\//.exec(type)?.[1];
        return service === undefined ? [] : listed(service, inputs, type, "");
      });
    expect(new Set(found.map(({ where }) => where)).size).to.be.greaterThan(50);
    const wrong = found.filter(({ value, allowed }) => !allowed.includes(value));
    expect(wrong.map(({ where, value }) => `${where}: ${value}`)).to.deep.equal([]);
  });
});
