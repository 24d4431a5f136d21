/** The rules of the page. Colours follow the system, light or dark; nothing is loaded. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --line: #d1d9e0; --back: #fff; --soft: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; --busy: #9a6700; --blue: #0969da; --mark: #ddf4ff; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9198a1; --line: #3d444d; --back: #0d1117;
  --soft: #151b23; --good: #3fb950; --bad: #f85149; --busy: #d29922; --blue: #4493f8; --mark: #121d2f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 68rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0.5rem 0; } h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
a { color: var(--blue); } :focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0; list-style: none; }
select, button { font: inherit; max-width: 100%; }
.scroll { overflow-x: auto; max-width: 100%; margin: 0.75rem 0; }
table { border-collapse: collapse; font-size: 0.875rem; } caption { white-space: nowrap; text-align: left; color: var(--dim); padding: 0.25rem 0; }
th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: normal; }
thead th { background: var(--soft); } tbody th { font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th button { all: unset; cursor: pointer; font-weight: inherit; } th button:focus-visible { outline: 2px solid var(--blue); }
th[aria-sort=ascending] button::after { content: ' ↑'; } th[aria-sort=descending] button::after { content: ' ↓'; }
.filter { display: block; margin: 0.5rem 0 0; font-size: 0.875rem; } .filter input { font: inherit; padding: 0.2rem 0.4rem; }
.verdict { display: flex; flex-wrap: wrap; gap: 1rem; margin: 0; } .verdict > div { flex: 1 1 14rem; padding: 0.75rem 1rem; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; }
.verdict dt { color: var(--dim); font-size: 0.875rem; } .verdict dd { margin: 0; } .headline { font-size: 1.5rem; font-weight: 600; }
.state.failed, .bad { color: var(--bad); } .state.ran, .good { color: var(--good); } .state.running { color: var(--blue); } .state.killed { color: var(--bad); } .state.cancelled, .state.blocked { color: var(--busy); }
figcaption { color: var(--dim); font-size: 0.875rem; } figure { margin: 1rem 0; max-width: 100%; overflow-x: auto; } svg { max-width: 100%; height: auto; }
.chart text { white-space: pre; } .chart svg { --plot-background: transparent; overflow: visible; }
.graph text { fill: var(--text); } .graph .node path { fill: var(--soft); stroke: var(--dim); }
.graph .edge path { stroke: var(--dim); } .graph .edge polygon { fill: var(--dim); stroke: var(--dim); } .graph .edge text { fill: var(--dim); }
.graph .ran path { stroke: var(--good); } .graph .failed path { stroke: var(--bad); stroke-width: 2; } .graph .cached path { stroke: var(--line); }
.graph .running path { stroke: var(--blue); stroke-width: 2; } .graph .killed path { stroke: var(--bad); } .graph .cancelled path, .graph .blocked path { stroke: var(--busy); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 0.75rem; padding: 0; list-style: none; }
.pictures li { font-size: 0.8125rem; line-height: 1.35; } .pictures img { display: block; width: 100%; max-width: 9rem; height: auto; background: var(--soft); }
.dim { color: var(--dim); } pre { overflow-x: auto; padding: 0.75rem; background: var(--soft); border-radius: 6px; white-space: pre-wrap; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.875em; } details { margin: 0.75rem 0; } summary { cursor: pointer; color: var(--blue); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem 2rem; }

.pair caption { white-space: normal; } :target { background: var(--mark); }
@media print { nav, .filter { display: none; } details > * { display: block; } body { max-width: none; } h2 { break-after: avoid; } li, tr, figure { break-inside: avoid; } }
`;
