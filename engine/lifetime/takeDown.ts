import type { RecordedResource } from "../goal";
import { kubernetesDeletions } from "../simulators/kubernetesDeletions";
import { parseProviderReference } from "../urn";
import { unwrap, type WireObject } from "../wire";
import type { Deletion, DeletionTable } from "./deletion";
import { isMade, needsOf } from "./graph";

/** What is wrong with the world while a stack is destroyed. */
export interface TakeDownRequest {
  /** The stack's state, in the order it was registered. */
  readonly resources: readonly RecordedResource[];
  /** URNs of providers whose other end does not answer. @default all answer */
  readonly unreachable?: readonly string[];
  /** Why deleting a resource fails; undefined where it does not. @default none fails */
  readonly fails?: (resource: RecordedResource) => string | undefined;
  /** Whether every resource is read before any is deleted, as with `--refresh`. @default false */
  readonly refresh?: boolean;
  /** Environment of the provider plugins. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** How types are deleted, ahead of the engine's own. @default none */
  readonly deletions?: DeletionTable;
}

/** What became of every resource that somebody had made. */
export interface TakeDown {
  /** Protected resources: with any of these nothing is deleted at all. */
  readonly refused: readonly string[];
  /** In the order they went. */
  readonly deleted: readonly string[];
  /** Dropped from the state without being asked to go. */
  readonly forgotten: readonly string[];
  readonly failed: readonly { readonly urn: string; readonly reason: string }[];
  /** What is left because something that failed rests on it. */
  readonly left: readonly string[];
}

/**
 * Destroys a stack as the engine does: everything after all that rests on it. A failure keeps what the resource rests on,
 * and nothing else.
 */
export function takeDown(request: TakeDownRequest): TakeDown {
  return new Destruction(request).run();
}

class Destruction {
  private readonly standing: Map<string, RecordedResource>;
  private readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly providers: ReadonlyMap<string, RecordedResource>;
  private readonly began: readonly RecordedResource[];
  private readonly deleted: string[] = [];
  private readonly forgotten: string[] = [];
  private readonly failed: { readonly urn: string; readonly reason: string }[] = [];
  private readonly left: string[] = [];

  constructor(private readonly request: TakeDownRequest) {
    this.began = request.resources.filter(isMade);
    this.standing = new Map(this.began.map((resource) => [resource.urn, resource]));
    this.needs = new Map(this.began.map((resource) => [resource.urn, needsOf(resource)]));
    this.providers = new Map(request.resources.map((resource) => [resource.urn, resource]));
  }

  run(): TakeDown {
    const refused = this.began.filter(({ options }) => options.protect === true).map(({ urn }) => urn);
    if (refused.length === 0) {
      if (this.request.refresh === true) {
        this.refresh();
      }
      for (const resource of [...this.standing.values()].reverse()) {
        this.take(resource);
      }
    }
    const { deleted, forgotten, failed, left } = this;
    return { refused, deleted, forgotten, failed, left };
  }

  private refresh(): void {
    for (const resource of this.began) {
      if (this.deletionOf(resource).vanishes?.(this.contextOf(resource)) === true) {
        this.forget(resource);
      }
    }
  }

  private take(resource: RecordedResource): void {
    const { urn, options } = resource;
    if (this.isNeeded(urn)) {
      this.left.push(urn);
    } else if (options.retainOnDelete === true || this.began.some((other) => other.urn === options.deletedWith)) {
      this.forget(resource);
    } else {
      const reason = this.request.fails?.(resource) ?? this.deletionOf(resource).obstacle(this.contextOf(resource));
      if (reason === undefined) {
        this.standing.delete(urn);
        this.deleted.push(urn);
      } else {
        this.failed.push({ urn, reason });
      }
    }
  }

  private forget({ urn }: RecordedResource): void {
    this.standing.delete(urn);
    this.forgotten.push(urn);
  }

  private isNeeded(urn: string): boolean {
    return [...this.standing.keys()].some((other) => other !== urn && this.needs.get(other)?.has(urn) === true);
  }

  private deletionOf({ type }: RecordedResource): Deletion {
    const tables: readonly DeletionTable[] = [this.request.deletions ?? {}, kubernetesDeletions];
    for (const table of tables) {
      const found = table[type] ?? table[`${type.slice(0, type.indexOf(":"))}:*`];
      if (found !== undefined) {
        return found;
      }
    }
    return { obstacle: () => undefined };
  }

  private contextOf(resource: RecordedResource) {
    const provider = parseProviderReference(resource.provider ?? "").urn;
    return {
      resource,
      inputs: unwrap(resource.inputs) as WireObject,
      provider: unwrap(this.providers.get(provider)?.inputs ?? {}) as WireObject,
      isUnreachable: this.request.unreachable?.includes(provider) ?? false,
      env: this.request.env ?? {},
      began: this.began,
      standing: [...this.standing.values()],
    };
  }
}
