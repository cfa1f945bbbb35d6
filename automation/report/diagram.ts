import type { Graph, GraphNode } from "./graph";
import { type Html, html } from "./html";
import { type Box, type Layout, layOut, type Point } from "./layout";

const CORNER = 8;
const CAP = 7;

/** The diagram of one placement as inline SVG. Its colours are the page's; its text alternative is the table of edges. */
export async function diagram(graph: Graph): Promise<Html> {
  const layout = await layOut(graph);
  const { name, cloud, region } = graph.placement;
  const id = `diagram-${name}`;
  return html`<figure>
<figcaption><strong>${name}</strong> <span class="quiet">${cloud}, ${region}</span></figcaption>
<div class="scroll"><svg viewBox="0 0 ${layout.width} ${layout.height}" width="${layout.width}" height="${layout.height}" role="img" aria-labelledby="${id}">
<title id="${id}">What talks to what in ${name}; the table of network edges says the same in words</title>
<defs><marker id="${id}-arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow" d="M0 0.5 8 4 0 7.5z"/></marker></defs>
${layout.groups.map(({ name: group, box }) => drawGroup(group, box))}
${layout.edges.map(({ points }) => html`<path class="edge" d="${drawPath(points)}" marker-end="url(#${id}-arrow)"/>\n`)}
${layout.nodes.map(({ node, box }) => drawNode(node, box))}
${layout.edges.map((edge) => drawLabel(edge))}
</svg></div></figure>`;
}

function drawGroup(name: string, { x, y, width, height }: Box): Html {
  return html`<rect class="group" x="${x}" y="${y}" width="${width}" height="${height}" rx="12"/><text class="group-name" x="${x + 18}" y="${y + 24}">${name}</text>\n`;
}

function drawNode(node: GraphNode, box: Box): Html {
  const { x, y, width, height } = box;
  const middle = x + width / 2;
  // A cylinder's cap takes room at its top.
  const shift = node.kind === "store" ? 4 : 0;
  return html`<g class="node ${node.kind}">${outline(node, box)}<text class="name" x="${middle}" y="${y + height / 2 - 3 + shift}">${node.name}</text><text class="detail" x="${middle}" y="${y + height / 2 + 14 + shift}">${node.detail}</text></g>\n`;
}

function outline({ kind }: GraphNode, { x, y, width, height }: Box): Html {
  if (kind !== "store") {
    const radius = kind === "public" ? height / 2 : 10;
    return html`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;
  }
  const half = width / 2;
  const body = `M${x} ${y + CAP}a${half} ${CAP} 0 0 1 ${width} 0v${height - 2 * CAP}a${half} ${CAP} 0 0 1 ${-width} 0z`;
  return html`<path d="${body}"/><path class="cap" d="M${x} ${y + CAP}a${half} ${CAP} 0 0 0 ${width} 0"/>`;
}

/** A line with rounded corners. */
function drawPath(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (!start) {
    return "";
  }
  const steps = rest.map((point, index) => {
    const before = rest[index - 1] ?? start;
    const after = rest[index + 1];
    if (!after) {
      return `L${point.x} ${point.y}`;
    }
    const entry = towards(point, before);
    const exit = towards(point, after);
    return `L${entry.x} ${entry.y}Q${point.x} ${point.y} ${exit.x} ${exit.y}`;
  });
  return `M${start.x} ${start.y}${steps.join("")}`;
}

function towards(from: Point, to: Point): Point {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const share = distance === 0 ? 0 : Math.min(CORNER, distance / 2) / distance;
  const along = (a: number, b: number) => Math.round((a + (b - a) * share) * 10) / 10;
  return { x: along(from.x, to.x), y: along(from.y, to.y) };
}

function drawLabel({ edge, label }: Layout["edges"][number]): Html {
  if (!label) {
    return html``;
  }
  const { x, y, width, height } = label;
  return html`<rect class="label" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/><text class="port" x="${x + width / 2}" y="${y + height / 2 + 4}">${edge.label}</text>\n`;
}
