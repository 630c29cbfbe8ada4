// A constructed style sheet: no inline styles, so that strict content security policies stay as they are.
const sheet = () => {
  const made = new CSSStyleSheet();
  made.replaceSync(`
.br {
  --p: var(--backroom-paper, #fff); --i: var(--backroom-ink, #1c2120); --q: var(--backroom-quiet, #5b6462); --l: var(--backroom-line, #dfe3e2);
  --s: var(--backroom-soft, #f1f4f3); --a: var(--backroom-accent, #0b6b5d); --ai: var(--backroom-accent-ink, #fff); --m: var(--backroom-mark, #fff0c2); --b: var(--backroom-bad, #a3241b);
  --r: var(--backroom-radius, 8px); color: var(--i); font: inherit; font-family: var(--backroom-font, inherit); line-height: 1.4; text-align: start; color-scheme: light;
}
.br[data-scheme=dark] { color-scheme: dark; --p: var(--backroom-paper, #1a201f); --i: var(--backroom-ink, #e9eeec); --q: var(--backroom-quiet, #a4b0ac); --l: var(--backroom-line, #343d3b);
  --s: var(--backroom-soft, #252d2b); --a: var(--backroom-accent, #63d2bb); --ai: var(--backroom-accent-ink, #06251f); --m: var(--backroom-mark, #4a3c12); --b: var(--backroom-bad, #ff9d92); }
@media (prefers-color-scheme: dark) { .br[data-scheme=auto] { color-scheme: dark; --p: var(--backroom-paper, #1a201f); --i: var(--backroom-ink, #e9eeec); --q: var(--backroom-quiet, #a4b0ac); --l: var(--backroom-line, #343d3b);
  --s: var(--backroom-soft, #252d2b); --a: var(--backroom-accent, #63d2bb); --ai: var(--backroom-accent-ink, #06251f); --m: var(--backroom-mark, #4a3c12); --b: var(--backroom-bad, #ff9d92); } }
.br, .br * { box-sizing: border-box; }
.br [hidden], .br[hidden] { display: none !important; }
.br-hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.br mark { background: var(--m); color: inherit; border-radius: 2px; }
.br-quiet { color: var(--q); font-size: .875em; }
.br-panel { position: absolute; z-index: var(--backroom-layer, 9999); overflow: auto; overscroll-behavior: contain; padding: .4rem; background: var(--p); border: 1px solid var(--l); border-radius: var(--r); box-shadow: 0 10px 30px rgb(0 0 0 / .14); }
.br-heading { padding: .5rem .6rem .2rem; color: var(--q); font-size: .78rem; font-weight: 600; }
.br-option { display: flex; align-items: center; justify-content: space-between; gap: .8rem; min-height: 2.4rem; padding: .35rem .6rem; border-radius: calc(var(--r) - 3px); color: inherit; text-decoration: none; overflow-wrap: anywhere; cursor: pointer; }
.br-option:hover, .br-option[aria-selected=true] { background: var(--s); }
.br-option[aria-selected=true] { outline: 2px solid var(--a); outline-offset: -2px; }
.br-hit { justify-content: flex-start; }
.br-hit .br-title { flex: 1; min-width: 0; }
.br-hit img, .br-hit .br-blank { flex: none; width: 3rem; height: 3rem; object-fit: cover; border-radius: calc(var(--r) - 3px); background: var(--s); }
.br-end { text-align: end; white-space: nowrap; }
.br-price { font-weight: 600; font-variant-numeric: tabular-nums; }
.br-sold { color: var(--b); font-size: .85em; }
.br-end .br-sold { display: block; }
.br-all { justify-content: center; margin-top: .3rem; color: var(--a); font-weight: 600; }
.br-note { margin: 0; padding: .5rem .7rem; border-radius: var(--r); background: var(--s); }
.br-sheet { width: 100vw; height: 100dvh; max-width: none; max-height: none; margin: 0; padding: 0; border: 0; background: var(--p); }
.br-sheet[open] { display: flex; flex-direction: column; }
.br-bar { display: flex; gap: .3rem; margin: 0; padding: .5rem; border-bottom: 1px solid var(--l); }
.br-bar input { flex: 1; min-width: 0; min-height: 2.75rem; padding: .4rem .7rem; font: inherit; font-size: 16px; color: inherit; background: var(--p); border: 1px solid var(--q); border-radius: var(--r); }
.br-back { width: 2.75rem; min-height: 2.75rem; font-size: 1.7rem; line-height: 1; color: inherit; background: none; border: 0; cursor: pointer; }
[dir=rtl] .br-back { transform: scaleX(-1); }
.br-body { flex: 1; overflow: auto; overscroll-behavior: contain; }
.br-body .br-panel { position: static; border: 0; box-shadow: none; }
.br-body .br-option { min-height: 2.75rem; }
.br :focus-visible { outline: 2px solid var(--a); outline-offset: 2px; }
.br-count { margin: 0 0 .8rem; color: var(--q); }
.br-results-body { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2rem; align-items: start; }
.br-results-body[aria-busy=true] { opacity: .55; }
.br-found { grid-column: -2 / -1; display: grid; gap: 1rem; min-width: 0; }
.br-found:only-child { grid-column: 1 / -1; }
.br-filters > summary { display: none; padding: .6rem .8rem; border: 1px solid var(--l); border-radius: var(--r); font-weight: 600; cursor: pointer; }
.br fieldset { min-width: 0; margin: 0 0 1.2rem; padding: 0; border: 0; }
.br legend { padding: 0 0 .3rem; font-weight: 600; text-transform: capitalize; }
.br-check { display: flex; align-items: center; gap: .5rem; min-height: 1.9rem; cursor: pointer; }
.br-check span:nth-child(2) { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.br-check input { flex: none; width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--a); }
.br-span div { display: grid; grid-template-columns: 1fr auto 1fr; align-items: center; gap: .4rem; }
.br-span input { width: 100%; min-width: 0; }
.br-span button { grid-column: 1 / -1; justify-self: start; }
.br-span input, .br-tools select { min-height: 2.4rem; padding: .3rem .5rem; font: inherit; color: inherit; background: var(--p); border: 1px solid var(--q); border-radius: calc(var(--r) - 2px); }
.br-button { min-height: 2.4rem; padding: .3rem .9rem; font: inherit; font-weight: 600; color: inherit; background: var(--p); border: 1px solid var(--q); border-radius: calc(var(--r) - 2px); cursor: pointer; }
.br-link { padding: .25rem 0; font: inherit; color: var(--a); background: none; border: 0; text-decoration: underline; text-underline-offset: .2em; cursor: pointer; }
.br-tools { display: flex; justify-content: flex-end; align-items: center; gap: .5rem; }
.br-tools label { color: var(--q); }
.br-chips { display: flex; flex-wrap: wrap; gap: .4rem .5rem; align-items: center; margin: 0; padding: 0; list-style: none; }
.br-chip { min-height: 2rem; padding: .15rem .7rem; font: inherit; font-size: .9em; color: inherit; background: var(--s); border: 1px solid var(--l); border-radius: 99px; cursor: pointer; }
.br-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(11.5rem, 44%), 1fr)); gap: 1.4rem 1rem; margin: 0; padding: 0; list-style: none; }
.br-card { min-width: 0; }
.br-card a { display: grid; gap: .35rem; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
.br-card a:hover .br-title { text-decoration: underline; }
.br-card img, .br-card .br-blank { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: cover; border-radius: var(--r); background: var(--s); }
.br-line { display: flex; flex-wrap: wrap; gap: .1rem .6rem; align-items: baseline; }
.br-none { padding: 2.5rem 1rem; text-align: center; }
.br-none p { margin: 0 0 .6rem; }
.br-pages { display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: .3rem; padding-top: .5rem; }
.br-pages a { display: grid; place-items: center; min-width: 2.5rem; min-height: 2.5rem; padding: 0 .5rem; border-radius: var(--r); color: inherit; text-decoration: none; }
.br-pages a:hover { background: var(--s); }
.br-pages a[aria-current] { background: var(--a); color: var(--ai); font-weight: 600; }
[dir=rtl] .br-pages a:first-child, [dir=rtl] .br-pages a:last-child { transform: scaleX(-1); }
.br-recommend-heading { margin: 0 0 .8rem; font-size: 1.15rem; }
@media (max-width: 40rem) {
  .br-results-body { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .br-found { grid-column: 1; }
  .br-filters > summary { display: block; }
  .br-filters[open] > summary { margin-bottom: .8rem; }
  .br-check { min-height: 2.75rem; }
}
@media (prefers-reduced-motion: no-preference) { .br-results-body { transition: opacity .15s; } }
@media (forced-colors: active) { .br-option[aria-selected=true] { outline: 3px solid Highlight; } }
`);
  return made;
};
