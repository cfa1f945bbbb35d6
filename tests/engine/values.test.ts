import { expect } from "chai";
import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decodeStruct } from "../../engine/decode";
import { stableJson, toPlanValue } from "../../engine/planValues";
import {
  containsSecret,
  containsUnknown,
  makeSecret,
  OUTPUT,
  RESOURCE,
  SIGNATURE,
  UNKNOWN,
  unwrap,
  type Wire,
  type WireObject,
} from "../../engine/wire";

const key = fc.stringMatching(/^[a-zA-Z$]{1,6}$/);
const { wire } = fc.letrec<{ wire: Wire }>((tie) => ({
  wire: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.constant<Wire>(UNKNOWN),
    fc.array(tie("wire"), { maxLength: 3 }),
    fc.dictionary(key, tie("wire"), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<WireObject>,
    tie("wire").map(makeSecret),
  ),
}));

describe("engine: values", () => {
  it("keeps every value through the protocol's structs", () => {
    fc.assert(
      fc.property(fc.dictionary(key, wire, { noNullPrototype: true }), (bag) => {
        const sent = Struct.fromJavaScript(bag as Parameters<typeof Struct.fromJavaScript>[0]);
        expect(decodeStruct(Struct.deserializeBinary(sent.serializeBinary()))).to.deep.equal(bag);
      }),
    );
  });

  it("never writes a secret's value into a plan, however deep", () => {
    fc.assert(
      fc.property(wire, fc.array(key, { maxLength: 4 }), (other, path) => {
        const hidden = path.reduce<Wire>(
          (inner, name) => ({ [name]: [inner, other] }),
          makeSecret({ deep: "hunter2-hunter2" }),
        );
        expect(JSON.stringify(toPlanValue(hidden))).not.to.include("hunter2");
      }),
    );
  });

  it("takes every secret off and sees every unknown", () => {
    fc.assert(
      fc.property(wire, (value) => {
        expect(containsSecret(unwrap(value))).to.equal(false);
        expect(containsUnknown(unwrap(value))).to.equal(containsUnknown(value));
      }),
    );
  });

  it("tags special values, with the type of a secret and whether it is known", () => {
    expect(toPlanValue(UNKNOWN)).to.deep.equal({ $: "unknown" });
    expect(toPlanValue(makeSecret("x"))).to.deep.equal({ $: "secret", type: "string", known: true });
    expect(toPlanValue(makeSecret([1]))).to.deep.equal({ $: "secret", type: "array", known: true });
    expect(toPlanValue(makeSecret(UNKNOWN))).to.deep.equal({ $: "secret", type: "unknown", known: false });
    expect(toPlanValue({ [SIGNATURE]: RESOURCE, urn: "urn:x", id: "1" })).to.deep.equal({
      $: "resource",
      urn: "urn:x",
    });
    expect(toPlanValue({ [SIGNATURE]: OUTPUT, value: 1 })).to.equal(1);
    expect(toPlanValue({ [SIGNATURE]: OUTPUT, secret: true })).to.deep.equal({
      $: "secret",
      type: "unknown",
      known: false,
    });
  });

  it("does not take a program's own $ key for a tag", () => {
    expect(toPlanValue({ $: "secret" })).to.deep.equal({ $: "map", entries: { $: "secret" } });
  });

  it("writes the same bytes whatever the order of keys", () => {
    expect(stableJson({ b: 1, a: { d: 2, c: 3 } })).to.equal(stableJson({ a: { c: 3, d: 2 }, b: 1 }));
  });
});
