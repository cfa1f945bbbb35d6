import type { ElkExtendedEdge, ElkNode } from "elkjs";
import type { Graph, GraphEdge, GraphNode } from "./graph";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A graph with a place for everything, in one system of coordinates. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly { readonly node: GraphNode; readonly box: Box }[];
  readonly groups: readonly { readonly name: string; readonly box: Box }[];
  readonly edges: readonly {
    readonly edge: GraphEdge;
    readonly points: readonly Point[];
    readonly label: Box | undefined;
  }[];
}

const NODE_HEIGHT = 56;
const LABEL_HEIGHT = 16;
/** Widths of a character in the page's fonts, taken generously: no font is measured here. */
const NAME_WIDTH = 8.2;
const DETAIL_WIDTH = 6.6;
const LABEL_WIDTH = 6.6;

const OPTIONS: Readonly<Record<string, string>> = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.randomSeed": "1",
  "elk.padding": "[top=12,left=12,bottom=12,right=12]",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.edgeNode": "20",
  "elk.spacing.edgeEdge": "16",
  "elk.spacing.edgeLabel": "4",
  "elk.layered.spacing.nodeNodeBetweenLayers": "48",
  "elk.layered.spacing.edgeNodeBetweenLayers": "24",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.json.edgeCoords": "ROOT",
};

/** Lays a graph out from left to right. The same graph gives the same places. */
export async function layOut(graph: Graph): Promise<Layout> {
  // Loaded for this command alone: it is a megabyte and a half.
  const Elk = require("elkjs/lib/elk.bundled.js") as typeof import("elkjs").default;
  const root = await new Elk().layout(elkGraph(graph));
  return readLayout(graph, root);
}

function elkGraph(graph: Graph): ElkNode {
  const grouped = [...new Set(graph.nodes.flatMap(({ group }) => (group ? [group] : [])))];
  const leaves = (group: string | undefined) =>
    graph.nodes.filter((node) => (node.group || undefined) === group).map(leaf);
  return {
    id: "root",
    layoutOptions: OPTIONS,
    children: [
      ...leaves(undefined),
      ...grouped.map((group) => ({
        id: `group:${group}`,
        children: leaves(group),
        layoutOptions: {
          "elk.padding": "[top=40,left=20,bottom=20,right=20]",
          // A lone narrow part must not leave its group's name outside.
          "elk.nodeSize.constraints": "MINIMUM_SIZE",
          "elk.nodeSize.minimum": `(${Math.round(group.length * NAME_WIDTH + 36)}, 0)`,
        },
      })),
    ],
    edges: graph.edges.map(({ from, to, label }, index) => ({
      id: `edge:${index}`,
      sources: [`node:${from}`],
      targets: [`node:${to}`],
      labels: [
        {
          text: label,
          width: label.length * LABEL_WIDTH + 10,
          height: LABEL_HEIGHT,
          layoutOptions: { "elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER" },
        },
      ],
    })),
  };
}

function leaf({ name, kind, detail }: GraphNode): ElkNode {
  const width = Math.max(128, name.length * NAME_WIDTH + 32, detail.length * DETAIL_WIDTH + 32);
  return {
    id: `node:${name}`,
    width: Math.round(width),
    height: NODE_HEIGHT,
    // What comes from outside enters at the left.
    ...(kind === "public" ? { layoutOptions: { "elk.layered.layering.layerConstraint": "FIRST" } } : {}),
  };
}

function readLayout(graph: Graph, root: ElkNode): Layout {
  const boxes = new Map<string, Box>();
  const walk = (node: ElkNode, origin: Point) => {
    const box = {
      x: round(origin.x + (node.x ?? 0)),
      y: round(origin.y + (node.y ?? 0)),
      width: round(node.width),
      height: round(node.height),
    };
    boxes.set(node.id, box);
    for (const child of node.children ?? []) {
      walk(child, box);
    }
  };
  walk(root, { x: 0, y: 0 });
  const edges = new Map((root.edges ?? []).map((edge) => [edge.id, edge]));
  return {
    width: round(root.width),
    height: round(root.height),
    nodes: graph.nodes.flatMap((node) => withBox(boxes, `node:${node.name}`, (box) => ({ node, box }))),
    groups: [...boxes].flatMap(([id, box]) =>
      id.startsWith("group:") ? [{ name: id.slice("group:".length), box }] : [],
    ),
    edges: graph.edges.map((edge, index) => ({ edge, ...path(edges.get(`edge:${index}`)) })),
  };
}

function withBox<T>(boxes: ReadonlyMap<string, Box>, id: string, make: (box: Box) => T): readonly T[] {
  const box = boxes.get(id);
  return box ? [make(box)] : [];
}

function path(edge: ElkExtendedEdge | undefined): { points: readonly Point[]; label: Box | undefined } {
  const [section] = edge?.sections ?? [];
  const [label] = edge?.labels ?? [];
  return {
    points: section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(rounded) : [],
    label: label
      ? { ...rounded({ x: label.x ?? 0, y: label.y ?? 0 }), width: round(label.width), height: round(label.height) }
      : undefined,
  };
}

function rounded({ x, y }: Point): Point {
  return { x: round(x), y: round(y) };
}

/** Tenths of a pixel: nothing finer is seen, and the page stays readable. */
function round(value: number | undefined): number {
  return Math.round((value ?? 0) * 10) / 10;
}
