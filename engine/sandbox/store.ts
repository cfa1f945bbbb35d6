import { createHash } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WireObject } from "../wire";
import { Counter } from "./counter";
import { Seal } from "./seal";

/** Something that exists in the pretended cloud. */
export interface SandboxObject {
  readonly type: string;
  readonly id: string;
  /** Where the id is unique: an account and a region, a project, a cluster. */
  readonly scope: string;
  /** The resource it was made for. */
  readonly urn: string;
  readonly name: string;
  /** What its made-up values depend on: another for every object that was ever made for one URN. */
  readonly seed: string;
  readonly inputs: WireObject;
  readonly outputs: WireObject;
  /** It was there before anybody used the sandbox: nobody made it. */
  readonly foreign?: true;
}

/** The id of a new object is taken. */
export class ObjectExists extends Error {}

/**
 * The pretended cloud: a file for each object, whole or not there at all whenever a process dies. Many processes may use
 * one directory.
 */
export class SandboxStore {
  readonly #objects: string;
  readonly #seal: Seal;
  readonly #seeds: Counter;
  #temporary = 0;

  constructor(directory: string, passphrase: string) {
    this.#objects = join(directory, "cloud");
    this.#seal = new Seal(passphrase);
    this.#seeds = new Counter(join(directory, "seeds"));
    mkdirSync(this.#objects, { recursive: true });
  }

  /** What the values of the next object of a URN depend on. The first is the URN itself, as in an offline plan. */
  peekSeed(urn: string): string {
    return seedOf(urn, this.#seeds.last(urn) + 1);
  }

  /** Takes the next seed of a URN. */
  takeSeed(urn: string): string {
    return seedOf(urn, this.#seeds.next(urn));
  }

  /** Throws {@link ObjectExists} where the place has such an object already. */
  create(object: SandboxObject): void {
    const file = this.#file(object.scope, object.type, object.id);
    const temporary = this.#write(object);
    try {
      linkSync(temporary, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") {
        throw new ObjectExists(`${object.type} ${JSON.stringify(object.id)} exists already`);
      }
      throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** Replaces an object by a newer form of itself. */
  replace(object: SandboxObject): void {
    renameSync(this.#write(object), this.#file(object.scope, object.type, object.id));
  }

  /** The object of an id, in the first of some places that has it. */
  find(scopes: readonly string[], type: string, id: string): SandboxObject | undefined {
    for (const scope of scopes) {
      const object = this.#read(this.#file(scope, type, id));
      if (object !== undefined) {
        return object;
      }
    }
    return undefined;
  }

  delete(object: Pick<SandboxObject, "scope" | "type" | "id">): void {
    rmSync(this.#file(object.scope, object.type, object.id), { force: true });
  }

  /** Everything that was made and not taken away, sorted by URN. */
  list(): readonly SandboxObject[] {
    const files = readdirSync(this.#objects).filter((name) => name.endsWith(".json"));
    return files
      .flatMap((name) => this.#read(join(this.#objects, name)) ?? [])
      .filter(({ foreign }) => foreign !== true)
      .sort((left, right) => (left.urn < right.urn ? -1 : 1));
  }

  #write(object: SandboxObject): string {
    const file = join(this.#objects, `${process.pid}-${++this.#temporary}.tmp`);
    const sealed = {
      ...object,
      inputs: this.#seal.close(object.inputs),
      outputs: this.#seal.close(object.outputs),
    };
    writeFileSync(file, JSON.stringify(sealed), { mode: 0o600 });
    return file;
  }

  #read(file: string): SandboxObject | undefined {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        return undefined;
      }
      throw error;
    }
    const object = JSON.parse(text) as SandboxObject;
    return {
      ...object,
      inputs: this.#seal.open(object.inputs) as WireObject,
      outputs: this.#seal.open(object.outputs) as WireObject,
    };
  }

  #file(scope: string, type: string, id: string): string {
    const key = createHash("sha256")
      .update(JSON.stringify([scope, type, id]))
      .digest("hex")
      .slice(0, 32);
    return join(this.#objects, `${key}.json`);
  }
}

function seedOf(urn: string, number: number): string {
  return number === 1 ? urn : `${urn}#${number}`;
}
