import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { SecretSource, StoreRef } from "../../../components/binding";
import { planSecrets } from "../../../components/workload/secretObjects";

const NAMES = { values: "api-env", external: (store = "external") => `api-env-${store}` };
const one = { urn: "one" } as unknown as pulumi.Resource;
const two = { urn: "two" } as unknown as pulumi.Resource;
const value = { is: "tainted" } as unknown as pulumi.Output<string>;

function vault(...ready: readonly pulumi.Resource[]): StoreRef {
  return { kind: "SecretStore", name: "vault", ready };
}

describe("secrets of a workload", () => {
  it("are kept in one object for each store, the cluster's own under the name it always had", () => {
    const sources: Readonly<Record<string, SecretSource>> = {
      DATABASE_URL: { from: "store", key: "arn:main-db", property: "url" },
      SESSION: { from: "store", key: "shop/dev/session", property: "value", store: vault(one) },
      TOKEN: { from: "store", key: "arn:token" },
      STRIPE: { from: "store", key: "shop/dev/stripe-key", property: "value", store: vault(one, two) },
      OWN: { from: "value", value },
      BY_HAND: { from: "secret", name: "hand", key: "value" },
    };
    expect(planSecrets(sources, NAMES)).to.deep.equal({
      stringData: { OWN: value },
      external: [
        {
          name: "api-env-external",
          data: [
            { secretKey: "DATABASE_URL", remoteRef: { key: "arn:main-db", property: "url" } },
            { secretKey: "TOKEN", remoteRef: { key: "arn:token" } },
          ],
        },
        {
          name: "api-env-vault",
          // What both entries wait for, once.
          store: { kind: "SecretStore", name: "vault", ready: [one, two] },
          data: [
            { secretKey: "SESSION", remoteRef: { key: "shop/dev/session", property: "value" } },
            { secretKey: "STRIPE", remoteRef: { key: "shop/dev/stripe-key", property: "value" } },
          ],
        },
      ],
      refs: {
        DATABASE_URL: { name: "api-env-external", key: "DATABASE_URL" },
        SESSION: { name: "api-env-vault", key: "SESSION" },
        TOKEN: { name: "api-env-external", key: "TOKEN" },
        STRIPE: { name: "api-env-vault", key: "STRIPE" },
        OWN: { name: "api-env", key: "OWN" },
        BY_HAND: { name: "hand", key: "value" },
      },
    });
  });

  it("say of an object which of its entries rotate, and nothing where none does", () => {
    const rotation = { version: { is: "version" } as unknown as pulumi.Output<string>, ready: [one] };
    const { external } = planSecrets(
      {
        DATABASE_URL: { from: "store", key: "arn:main-db", property: "url", rotation },
        DATABASE_USER: { from: "store", key: "arn:main-db", property: "user", rotation },
        TOKEN: { from: "store", key: "arn:token" },
        SESSION: { from: "store", key: "shop/dev/session", store: vault(one) },
      },
      NAMES,
    );
    expect(external.map(({ name, rotations }) => [name, rotations])).to.deep.equal([
      ["api-env-external", [rotation, rotation]],
      ["api-env-vault", undefined],
    ]);
  });

  it("ask for no object of a store they do not use", () => {
    expect(planSecrets({ OWN: { from: "value", value } }, NAMES).external).to.deep.equal([]);
  });
});
