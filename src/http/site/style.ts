/** Lines that run into one: many moments, one vector. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">' +
  '<rect width="32" height="32" rx="8" fill="#0b7285"/>' +
  '<path d="M6 9h6c5 0 5 7 10 7M6 16h20M6 23h6c5 0 5-7 10-7" fill="none" stroke="#fff" stroke-width="2.5" ' +
  'stroke-linecap="round"/></svg>'

export const STYLE = `
:root { color-scheme: light dark; --back: #f4f6f8; --card: #fff; --line: #dde2e7; --text: #1a2127; --soft: #5a6670;
  --accent: #0b7285; --good: #2b8a3e; --code: #f8fafb }
@media (prefers-color-scheme: dark) { :root { --back: #0e1215; --card: #161c20; --line: #2a333a; --text: #e3e9ed;
  --soft: #97a4ae; --accent: #66d9e8; --good: #69db7c; --code: #11161a } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 3rem 1.25rem 2rem; max-width: 50rem; background: var(--back); color: var(--text);
  font: 16px/1.55 system-ui, sans-serif }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; margin-bottom: 1.75rem }
header svg { width: 2.5rem; height: 2.5rem }
header p { flex-basis: 100%; margin: .25rem 0 0; color: var(--soft); font-size: 1.1rem }
h1 { margin: 0; font-size: 2rem; letter-spacing: -.03em }
h2 { margin: 0; padding: .8rem 1.1rem; font-size: .95rem; font-weight: 600 }
.state { margin-left: auto; padding: .2rem .75rem; border: 1px solid var(--line); border-radius: 2rem;
  background: var(--card); color: var(--soft); font-size: .85rem; white-space: nowrap }
.state::before { content: ''; display: inline-block; width: .55rem; height: .55rem; margin-right: .45rem;
  border-radius: 50%; background: var(--good) }
dl, section { margin: 0 0 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  overflow: hidden }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .7rem 1.5rem; padding: 1.1rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
dd p { margin: .2rem 0 0; color: var(--soft); font-size: .9rem }
code, pre { font: .85rem/1.65 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
dd code { color: var(--accent) }
pre { margin: 0; padding: .9rem 1.1rem; overflow-x: auto; background: var(--code); border-top: 1px solid var(--line);
  tab-size: 2 }
footer { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding: .5rem 1.1rem; font-size: .9rem }
a { color: var(--accent) }
@media (max-width: 36rem) {
  body { padding-top: 1.5rem }
  .state { margin-left: 0 }
  dl { grid-template-columns: 1fr; gap: 0 }
  dd + dt { margin-top: .8rem }
  code, pre { font-size: .78rem }
}
`
