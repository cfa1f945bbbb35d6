import type { Resource } from "@pulumi/pulumi/resource";
import { formatUrn, ROOT_STACK_TYPE } from "./urn";

/** A resource object the program constructed, whether or not it was registered. */
export interface Constructed {
  readonly resource: Resource;
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: Readonly<Record<string, unknown>>;
  /** Holds the stack of the construction; read only when asked, as formatting it is slow. */
  readonly site: { readonly stack?: string };
}

/** The SDK's own fields, which its types keep to themselves. */
export interface ResourceInternals {
  readonly __pulumiType: string;
  readonly __name?: string;
  readonly __parentResource?: ResourceInternals;
  readonly __childResources?: ReadonlySet<ResourceInternals>;
  readonly __pulumiComponentResource?: boolean;
}

/** How many frames to keep: deep enough to leave nested components' constructors. */
export const FRAMES = 40;

/** Every resource constructed in a run, in order, with where the program did it. */
export class Constructions {
  readonly list: Constructed[] = [];
  readonly #byUrn = new Map<string, Constructed>();
  #indexed = 0;

  constructor(
    private readonly project: string,
    private readonly stack: string,
  ) {}

  /** Call inside a resource's constructor: the stack at this moment leads to the program. */
  add(resource: Resource, type: string, name: string, props: unknown, opts: unknown): void {
    const limit = Error.stackTraceLimit;
    const site: { stack?: string } = {};
    Error.stackTraceLimit = FRAMES;
    Error.captureStackTrace(site, this.add);
    Error.stackTraceLimit = limit;
    const bag = (value: unknown) => (value ?? {}) as Record<string, unknown>;
    this.list.push({ resource, type, name, props: bag(props), opts: bag(opts), site });
  }

  /** The URN a resource has or would have. */
  urnOf(resource: unknown): string {
    const own = resource as ResourceInternals;
    const types: string[] = [];
    for (let at: ResourceInternals | undefined = own; at !== undefined; at = at.__parentResource) {
      if (at.__pulumiType !== ROOT_STACK_TYPE || at === own) {
        types.unshift(at.__pulumiType);
      }
    }
    return formatUrn({
      stack: this.stack,
      project: this.project,
      qualifiedType: types.join("$"),
      name: own.__name ?? "",
    });
  }

  /** The construction behind a URN; the last one, where a program made two by mistake. */
  find(urn: string): Constructed | undefined {
    for (; this.#indexed < this.list.length; this.#indexed++) {
      const constructed = this.list[this.#indexed];
      if (constructed !== undefined) {
        this.#byUrn.set(this.urnOf(constructed.resource), constructed);
      }
    }
    return this.#byUrn.get(urn);
  }

  /** The construction behind the label the SDK gives a registration: `resource:NAME[TYPE]`. */
  findByLabel(label: string): Constructed | undefined {
    const parsed = /^resource:(.*)\[(.*)\]/s.exec(label);
    return parsed === null
      ? undefined
      : this.list.findLast((constructed) => constructed.name === parsed[1] && constructed.type === parsed[2]);
  }

  /** Where the program constructed a resource: `file:line:column`. */
  sourceOf(urn: string): string | undefined {
    const constructed = this.find(urn);
    return constructed === undefined ? undefined : sourceOf(constructed);
  }
}

/** Where the program constructed a resource, outside the constructors of the resource's own classes. */
export function sourceOf(constructed: Constructed): string | undefined {
  const lines = constructed.site.stack?.split("\n") ?? [];
  let classes = 0;
  for (let at = Object.getPrototypeOf(constructed.resource); at !== null; at = Object.getPrototypeOf(at)) {
    classes++;
    if (at.constructor?.name === "Resource") {
      break;
    }
  }
  const constructors = lines.flatMap((line, index) => (/^\s*at new /.test(line) ? [index] : []));
  const outside = constructors[classes - 1];
  return (
    userFrame(lines.slice(outside === undefined ? 0 : outside + 1).join("\n")) ?? userFrame(constructed.site.stack)
  );
}

const FRAME = /\(?((?:file:\/\/)?\/[^()]+|[A-Za-z]:\\[^()]+):(\d+):(\d+)\)?$/;

/** The first frame of a stack that belongs to neither node, nor a package, nor this engine. */
export function userFrame(stack: string | undefined): string | undefined {
  for (const line of stack?.split("\n") ?? []) {
    const frame = /^\s*at (?!.*node:)/.test(line) ? FRAME.exec(line.trim()) : null;
    const file = frame?.[1]?.replace(/^.*?(?=file:|\/|[A-Za-z]:\\)/, "").replace(/^file:\/\//, "");
    if (frame !== null && file !== undefined && !file.includes("/node_modules/") && !file.startsWith(`${__dirname}/`)) {
      return `${relativePath(file)}:${frame[2]}:${frame[3]}`;
    }
  }
  return undefined;
}

/** A path as seen from the working directory, so that messages are the same on every machine. */
export function relativePath(file: string): string {
  const root = `${process.cwd()}/`;
  return file.startsWith(root) ? file.slice(root.length) : file;
}
