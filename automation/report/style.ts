/** The page's own style: both schemes from one set of names, and a form for paper. Fonts are the reader's. */
export const STYLE = `
:root { color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --ink: #16202e; --quiet: #586374; --line: #dce1e8; --accent: #2456c7;
  --public: #e9eefc; --public-line: #5579d6; --service: #ffffff; --service-line: #4a5a75; --store: #e6f4ee; --store-line: #2f8562;
  --external: #fdf3e3; --external-line: #a96f1b; --watch: #f1eef9; --watch-line: #7d69b3; --box: #f1f3f7; --edge: #76839a;
  --good: #16704a; --good-ground: #e0f3ea; --bad: #b3261e; --bad-ground: #fce8e6; --warn: #8a5a00; --warn-ground: #fdf0d5; --calm: #4a5568; --calm-ground: #e9edf3; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #10151d; --sheet: #181f2a; --ink: #e6ebf2; --quiet: #9daabd; --line: #2c3747; --accent: #8db1ff;
  --public: #1d2a4a; --public-line: #7d9df0; --service: #222c3b; --service-line: #93a3bd; --store: #16322a; --store-line: #5fbf96;
  --external: #38290f; --external-line: #dba650; --watch: #2a2440; --watch-line: #ad99e6; --box: #131922; --edge: #8391a8;
  --good: #79d6a9; --good-ground: #14362a; --bad: #ff9d94; --bad-ground: #46191a; --warn: #f2c46b; --warn-ground: #3c2c0c; --calm: #b6c2d3; --calm-ground: #283241; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4rem; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif; }
main, header > div { max-width: 1200px; margin: 0 auto; padding: 0 24px; }
header { background: var(--sheet); border-bottom: 1px solid var(--line); padding: 32px 0 24px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -.01em; }
h2 { font-size: 20px; margin: 0 0 4px; } h3 { font-size: 15px; margin: 24px 0 8px; }
p { margin: 0 0 12px; max-width: 75ch; } .quiet { color: var(--quiet); }
nav { position: sticky; top: 0; z-index: 1; background: var(--sheet); border-bottom: 1px solid var(--line); }
nav ul { max-width: 1200px; margin: 0 auto; padding: 0 24px; display: flex; flex-wrap: wrap; gap: 0 20px; list-style: none; }
nav a { display: block; padding: 10px 0; color: var(--quiet); text-decoration: none; font-size: 14px; } nav a:hover, a { color: var(--accent); }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; padding: 24px; margin: 24px 0; }
.facts { display: flex; flex-wrap: wrap; gap: 6px; margin: 14px 0 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 24px 0 0; }
.tile { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; } .tile b { display: block; font-size: 24px; line-height: 1.25; font-variant-numeric: tabular-nums; } .tile span { color: var(--quiet); font-size: 13px; }
.tile.good b { color: var(--good); } .tile.bad b { color: var(--bad); } .tile.warn b { color: var(--warn); }
.chip { display: inline-block; padding: 1px 9px; border-radius: 99px; font-size: 12.5px; line-height: 1.6; background: var(--calm-ground); color: var(--calm); white-space: nowrap; }
.chip.good { background: var(--good-ground); color: var(--good); } .chip.bad { background: var(--bad-ground); color: var(--bad); } .chip.warn { background: var(--warn-ground); color: var(--warn); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; margin: 12px 0 4px; } caption { text-align: left; color: var(--quiet); font-size: 13px; padding: 0 0 6px; }
th { text-align: left; font-weight: 600; font-size: 12.5px; color: var(--quiet); border-bottom: 1px solid var(--line); padding: 6px 14px 6px 0; white-space: nowrap; }
td { border-bottom: 1px solid var(--line); padding: 7px 14px 7px 0; vertical-align: top; overflow-wrap: anywhere; } tr:last-child td { border-bottom: 0; } .number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td:first-child { min-width: 9em; overflow-wrap: break-word; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
details { margin: 8px 0; } summary { cursor: pointer; color: var(--accent); font-size: 14px; } .types { display: flex; flex-wrap: wrap; gap: 4px 6px; }
figure { margin: 12px 0 0; } figcaption { margin-bottom: 8px; } svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
svg text { font-family: inherit; fill: var(--ink); } .group { fill: var(--box); stroke: var(--line); } svg .group-name { fill: var(--quiet); font-size: 12.5px; font-weight: 600; }
.node rect, .node path { stroke-width: 1.5; fill: var(--service); stroke: var(--service-line); } .node .cap { fill: none; }
.node.public rect { fill: var(--public); stroke: var(--public-line); } .node.store path { fill: var(--store); stroke: var(--store-line); } .node.store .cap { fill: none; }
.node.external rect { fill: var(--external); stroke: var(--external-line); stroke-dasharray: 5 3; } .node.monitoring rect { fill: var(--watch); stroke: var(--watch-line); }
svg .name { font-size: 14px; font-weight: 600; text-anchor: middle; } svg .detail { font-size: 11.5px; fill: var(--quiet); text-anchor: middle; }
.edge { fill: none; stroke: var(--edge); stroke-width: 1.4; } .arrow { fill: var(--edge); } .label { fill: var(--sheet); stroke: var(--line); } svg .port { font-size: 11px; text-anchor: middle; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; font-size: 13px; color: var(--quiet); margin: 14px 0 0; padding: 0; list-style: none; } .legend i { display: inline-block; width: 14px; height: 14px; border-radius: 4px; border: 1.5px solid; margin-right: 6px; vertical-align: -2px; }
.legend .public { background: var(--public); border-color: var(--public-line); } .legend .service { background: var(--service); border-color: var(--service-line); } .legend .store { background: var(--store); border-color: var(--store-line); } .legend .external { background: var(--external); border-color: var(--external-line); border-style: dashed; } .legend .watch { background: var(--watch); border-color: var(--watch-line); }
.bar { display: inline-flex; gap: 4px; flex-wrap: wrap; margin-left: 8px; } .catalogue > summary { padding: 5px 0; border-bottom: 1px solid var(--line); } .columns { columns: 3 280px; column-gap: 32px; font-size: 13.5px; padding: 0; margin: 8px 0; list-style: none; } .columns li { break-inside: avoid; padding: 2px 0; }
footer { color: var(--quiet); font-size: 13px; padding: 0 0 40px; }
@media print {
  :root { --ground: #fff; --sheet: #fff; --ink: #111; --quiet: #444; --line: #bbb; --accent: #111; --public: #eef2fd; --public-line: #5579d6; --service: #fff; --service-line: #444; --store: #eaf6f0; --store-line: #2f8562; --external: #fdf6ea; --external-line: #a96f1b; --watch: #f4f1fa; --watch-line: #7d69b3; --box: #f6f7f9; --edge: #555; --good: #0c5c3a; --good-ground: #e8f5ee; --bad: #9d1a12; --bad-ground: #fdeceb; --warn: #6f4800; --warn-ground: #fdf3de; --calm: #333; --calm-ground: #eee; color-scheme: light; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10.5pt; } nav { display: none; } .tiles { grid-template-columns: repeat(6, 1fr); gap: 6pt; margin-bottom: 14pt; } main, header > div { max-width: none; padding: 0; } section { border: 0; padding: 0; margin: 0 0 18pt; } tr, figure { break-inside: avoid; } h2, h3, caption { break-after: avoid; } .scroll { overflow: visible; } table { font-size: 9.5pt; } td { overflow-wrap: anywhere; }
  summary { list-style: none; color: inherit; } details::details-content { content-visibility: visible; height: auto; }
}
`;
