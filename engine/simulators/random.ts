import type { SimulationContext, SimulatorTable } from "../simulation";
import type { Wire } from "../wire";
import { fakeCharacters, fakeNumber, fakeToken, fakeUuid } from "./fakes";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";
const ADJECTIVES = ["able", "brave", "calm", "eager", "fair", "glad", "keen", "neat", "quick", "wise"];
const ANIMALS = ["badger", "crane", "dolphin", "falcon", "heron", "lynx", "marten", "otter", "raven", "stoat"];

/** Resources of the random provider: as random as a hash of their URN. */
export const randomSimulators: SimulatorTable = {
  "random:index/randomPassword:RandomPassword": (context) => {
    const result = characters(context);
    const bcryptHash = `$2a$10$${fakeCharacters(`${context.urn}/bcrypt`, 53, UPPER + LOWER + DIGITS)}`;
    return { id: "none", outputs: { result, bcryptHash } };
  },
  "random:index/randomString:RandomString": (context) => {
    const result = characters(context);
    return { id: result, outputs: { result } };
  },
  "random:index/randomId:RandomId": (context) => {
    const bytes = Buffer.from(fakeToken(context.urn, number(context.inputs.byteLength, 8) * 2), "hex");
    const prefix = text(context.inputs.prefix);
    const b64Url = `${prefix}${bytes.toString("base64url")}`;
    return {
      id: bytes.toString("base64url"),
      outputs: {
        hex: `${prefix}${bytes.toString("hex")}`,
        dec: `${prefix}${BigInt(`0x${bytes.toString("hex")}`)}`,
        b64Std: `${prefix}${bytes.toString("base64")}`,
        b64Url,
      },
    };
  },
  "random:index/randomBytes:RandomBytes": (context) => {
    const bytes = Buffer.from(fakeToken(context.urn, number(context.inputs.length, 16) * 2), "hex");
    return { id: "none", outputs: { hex: bytes.toString("hex"), base64: bytes.toString("base64") } };
  },
  "random:index/randomUuid:RandomUuid": (context) => uuid(context),
  "random:index/randomUuid4:RandomUuid4": (context) => uuid(context),
  "random:index/randomPet:RandomPet": (context) => {
    const { prefix, separator, length } = context.inputs;
    const words = Math.max(number(length, 2), 1);
    const adjectives = Array.from({ length: words - 1 }, (_, at) => pick(`${context.urn}/${at}`, ADJECTIVES));
    const parts = [...adjectives, pick(context.urn, ANIMALS)];
    const id = [...(typeof prefix === "string" ? [prefix] : []), ...parts].join(
      typeof separator === "string" ? separator : "-",
    );
    return { id, outputs: {} };
  },
  "random:index/randomInteger:RandomInteger": (context) => {
    const result = fakeNumber(context.urn, number(context.inputs.min, 0), number(context.inputs.max, 0));
    return { id: String(result), outputs: { result } };
  },
  "random:index/randomShuffle:RandomShuffle": (context) => {
    const items = Array.isArray(context.inputs.inputs) ? (context.inputs.inputs as readonly Wire[]) : [];
    const order = items
      .map((item, at) => ({ item, rank: fakeToken(`${context.urn}/${at}`, 12) }))
      .sort((left, right) => (left.rank < right.rank ? -1 : 1))
      .map(({ item }) => item);
    const results = order.slice(0, number(context.inputs.resultCount, order.length));
    return { id: "-", outputs: { results } };
  },
};

/** A text of the wanted length with at least as many of each kind as asked for. */
function characters(context: SimulationContext): string {
  const { inputs, urn } = context;
  const special = typeof inputs.overrideSpecial === "string" ? inputs.overrideSpecial : SPECIAL;
  const kinds = [
    { alphabet: UPPER, use: inputs.upper !== false, least: number(inputs.minUpper, 0) },
    { alphabet: LOWER, use: inputs.lower !== false, least: number(inputs.minLower, 0) },
    { alphabet: DIGITS, use: inputs.numeric !== false && inputs.number !== false, least: number(inputs.minNumeric, 0) },
    { alphabet: special, use: inputs.special !== false, least: number(inputs.minSpecial, 0) },
  ].filter((kind) => kind.use && kind.alphabet.length > 0);
  const required = kinds.map(({ alphabet, least }, at) => fakeCharacters(`${urn}/${at}`, least, alphabet)).join("");
  const all = kinds.map((kind) => kind.alphabet).join("");
  const length = number(inputs.length, 16);
  return (required + fakeCharacters(urn, Math.max(length - required.length, 0), all === "" ? LOWER : all)).slice(
    0,
    length,
  );
}

function uuid(context: SimulationContext) {
  const result = fakeUuid(context.urn);
  return { id: result, outputs: { result } };
}

function pick(seed: string, words: readonly string[]): string {
  return words[fakeNumber(seed, 0, words.length - 1)] ?? "";
}

function number(value: Wire | undefined, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function text(value: Wire | undefined): string {
  return typeof value === "string" ? value : "";
}
