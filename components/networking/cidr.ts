import { type Problem, Problems, show } from "../errors";

export interface NetworkPlanArgs {
  /** Number of the placement's network; pinned, so that adding or reordering placements never renumbers. */
  readonly cidrIndex: number;
  /** Zones to cover. */
  readonly zones: number;
  /** Range all placements' networks are cut from. @default 10.0.0.0/8 */
  readonly baseCidrBlock?: string;
  /** Prefix length of one network. @default 16 */
  readonly networkPrefix?: number;
  /** Where the arguments came from, for problems. @default placements */
  readonly path?: string;
}

/** CIDR blocks of one placement, each list in the order of the zones. */
export interface NetworkPlan {
  readonly cidrBlock: string;
  readonly publicCidrBlocks: readonly string[];
  readonly privateCidrBlocks: readonly string[];
  readonly dataCidrBlocks: readonly string[];
}

interface Block {
  readonly start: number;
  readonly prefix: number;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const LONGEST_PREFIX = 28;
const SHORTEST_PREFIX = 16;

/**
 * Cuts one placement's network out of the common range. Pods take an address each, so private subnets get the largest
 * blocks that leave one over; the public and data tiers share that one.
 */
export function planNetwork(args: NetworkPlanArgs): NetworkPlan {
  const { zones, cidrIndex, networkPrefix = 16, baseCidrBlock = "10.0.0.0/8" } = args;
  const base = parseBlock(baseCidrBlock);
  checkPlan({ ...args, networkPrefix, baseCidrBlock }, base);

  const network: Block = { start: (base?.start ?? 0) + cidrIndex * sizeOf(networkPrefix), prefix: networkPrefix };
  const privatePrefix = networkPrefix + bitsFor(zones + 1);
  const smallPrefix = privatePrefix + bitsFor(2 * zones);
  const shared: Block = { start: network.start + zones * sizeOf(privatePrefix), prefix: privatePrefix };
  return {
    cidrBlock: formatBlock(network),
    privateCidrBlocks: cut(network, privatePrefix, 0, zones),
    publicCidrBlocks: cut(shared, smallPrefix, 0, zones),
    dataCidrBlocks: cut(shared, smallPrefix, zones, zones),
  };
}

function checkPlan(args: Required<Omit<NetworkPlanArgs, "path">> & { path?: string }, base: Block | undefined): void {
  const root = args.path ?? "placements";
  const problems = new Problems();
  const add = (problem: Omit<Problem, "path">, field: string) => problems.add({ path: `${root}.${field}`, ...problem });
  if (!Number.isInteger(args.zones) || args.zones < 1 || args.zones > 6) {
    add({ found: show(args.zones), allowed: "1 to 6 zones", fix: "use 3" }, "zones");
  }
  if (!base) {
    const allowed = "an IPv4 range whose address is its first, such as 10.0.0.0/8";
    add(
      { found: show(args.baseCidrBlock), allowed, fix: "write the first address of the range and its prefix length" },
      "baseCidrBlock",
    );
  }
  const prefixOk =
    Number.isInteger(args.networkPrefix) &&
    args.networkPrefix >= Math.max(SHORTEST_PREFIX, base?.prefix ?? 0) &&
    args.networkPrefix <= LONGEST_PREFIX;
  if (!prefixOk) {
    const least = Math.max(SHORTEST_PREFIX, base?.prefix ?? 0);
    add(
      { found: show(args.networkPrefix), allowed: `a prefix length from ${least} to ${LONGEST_PREFIX}`, fix: "use 16" },
      "networkPrefix",
    );
  }
  problems.throwIfAny();

  const count = 2 ** (args.networkPrefix - (base?.prefix ?? 0));
  if (!Number.isInteger(args.cidrIndex) || args.cidrIndex < 0 || args.cidrIndex >= count) {
    const fix = "give the placement a free cidrIndex in this range, or widen the base range";
    add({ found: show(args.cidrIndex), allowed: `a whole number from 0 to ${count - 1}`, fix }, "cidrIndex");
  }
  const longest = args.networkPrefix + bitsFor(args.zones + 1) + bitsFor(2 * args.zones);
  if (longest > LONGEST_PREFIX) {
    const allowed = `at most /${args.networkPrefix - (longest - LONGEST_PREFIX)}: AWS has no subnets smaller than /${LONGEST_PREFIX}`;
    add(
      {
        found: `/${args.networkPrefix} for ${args.zones} zones`,
        allowed,
        fix: "shorten the prefix or use fewer zones",
      },
      "networkPrefix",
    );
  }
  problems.throwIfAny();
}

/** Whether two CIDR blocks share an address. */
export function overlaps(left: string, right: string): boolean {
  const [a, b] = [parseBlock(left), parseBlock(right)];
  return (
    a !== undefined && b !== undefined && a.start < b.start + sizeOf(b.prefix) && b.start < a.start + sizeOf(a.prefix)
  );
}

function cut(block: Block, prefix: number, from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    formatBlock({ start: block.start + (from + index) * sizeOf(prefix), prefix }),
  );
}

function parseBlock(text: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const octets = match?.slice(1, 5).map(Number) ?? [];
  const prefix = Number(match?.[5]);
  if (!match || octets.some((octet) => octet > 255) || prefix > 32) {
    return undefined;
  }
  const start = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return start % sizeOf(prefix) === 0 ? { start, prefix } : undefined;
}

function formatBlock({ start, prefix }: Block): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${octets.join(".")}/${prefix}`;
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

function bitsFor(count: number): number {
  return Math.ceil(Math.log2(count));
}
