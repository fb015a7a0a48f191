"""The style sheet of the audit's page: readable on a phone, in the dark and on paper. Nothing is loaded for it.

Every pair of text and ground has a contrast of 4.5 to 1 or better (WCAG 2.2, 1.4.3); grades and outcomes are words
first and colours second.
"""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f6f8; --line: #d9dce1; --text: #1b1f24; --soft: #57606a; --link: #0b5cad;
  --error: #b3261e; --warning: #8a5300; --hint: #0b5cad; --good: #1a7032;
  --error-ground: #fdecea; --warning-ground: #fff4e0; --hint-ground: #e9f2fc; --good-ground: #e7f5ea;
  --bar-found: #2f8f4e; --bar-absent: #9aa3ad; --bar-unusable: #c77700; --bar-unreachable: #c5392f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --raised: #1d2127; --line: #363c45; --text: #e7eaee; --soft: #a4adb8; --link: #7fb8f5;
    --error: #ff9b92; --warning: #f3bc66; --hint: #8fc1f8; --good: #83d69b;
    --error-ground: #3a1b19; --warning-ground: #35270f; --hint-ground: #152a40; --good-ground: #14301c;
    --bar-found: #4caf6d; --bar-absent: #6b7480; --bar-unusable: #e09b3d; --bar-unreachable: #ef6f65;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; font-weight: 600; }
p { margin: .35rem 0; }
.soft, small { color: var(--soft); }
code, pre, .name {
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em;
}
.name { white-space: nowrap; }
small .name { font-size: 1em; }
.name.long { white-space: normal; overflow-wrap: anywhere; display: inline-block; min-width: 13rem; }
td ul { list-style: none; margin: 0; padding: 0; }
td li + li { margin-top: .3rem; }
a { color: var(--link); }
.end { display: flex; gap: .5rem; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 1rem 0 0; padding: 0; }
.badge {
  display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-size: .875rem; font-weight: 600;
  white-space: nowrap;
}
.error { color: var(--error); } .warning { color: var(--warning); } .hint { color: var(--hint); }
.good { color: var(--good); }
.badge.error { background: var(--error-ground); } .badge.warning { background: var(--warning-ground); }
.badge.hint { background: var(--hint-ground); } .badge.good { background: var(--good-ground); }
.badge.neutral { background: var(--raised); color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; font-size: .8125rem; }
tbody th { font-weight: 600; }

.remark {
  border: 1px solid var(--line); border-left: .3rem solid currentColor; border-radius: .4rem;
  padding: .75rem 1rem; margin: 0 0 .75rem; background: var(--ground);
}
.remark > * { color: var(--text); }
.remark .badge { color: inherit; }
.remark > h3 { display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; overflow-wrap: anywhere; }
.remark > p { margin: .35rem 0 0; display: flow-root; }
.remark .code { float: right; margin-left: 1rem; }
.remark > h3 > .words { flex: 1 1 20rem; }
.remark > h3 > .error { color: var(--error); } .remark > h3 > .warning { color: var(--warning); }
.remark > h3 > .hint { color: var(--hint); }
.remedy { margin: 0 0 1.25rem; }
.remedy h3 { overflow-wrap: anywhere; margin-bottom: .35rem; }
pre {
  margin: 0; padding: .75rem 1rem; background: var(--raised); border: 1px solid var(--line); border-radius: .4rem;
  overflow-x: auto; line-height: 1.45; user-select: all;
}
details > summary { cursor: pointer; color: var(--link); margin: .75rem 0; }
.timeline { width: 100%; min-width: 44rem; height: auto; font: 11px ui-monospace, "DejaVu Sans Mono", monospace; }
.timeline text { fill: var(--text); } .timeline .source, .timeline .tick { fill: var(--soft); }
.timeline .axis { stroke: var(--line); }
.timeline rect { fill: var(--bar-absent); } .timeline .found rect { fill: var(--bar-found); }
.timeline .unusable rect, .timeline .refused rect { fill: var(--bar-unusable); }
.timeline .unreachable rect { fill: var(--bar-unreachable); }
.legend {
  display: flex; flex-wrap: wrap; gap: 1rem; list-style: none; padding: 0; font-size: .875rem; color: var(--soft);
}
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin-right: .35rem; }
.legend .found { background: var(--bar-found); } .legend .absent { background: var(--bar-absent); }
.legend .unusable { background: var(--bar-unusable); } .legend .unreachable { background: var(--bar-unreachable); }
footer {
  margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; color: var(--soft); font-size: .875rem;
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .remark, .remedy, tr { break-inside: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .scroll { overflow: visible; }
}
"""
