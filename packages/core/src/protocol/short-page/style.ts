import { Markup } from './markup.ts';

/** The style of the short page. The policy of the page allows it by its hash. */
export const style: Markup = new Markup(
  `
:root { color-scheme: light dark; --text: #1c2024; --soft: #5b636d; --ground: #fff; --code: #f1f3f5; --link: #0b57c9; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8eaed; --soft: #a4abb3; --ground: #16181b; --code: #22262b; --link: #8ab4f8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1rem 4rem; overflow-wrap: anywhere; }
.kind { margin: 0; color: var(--soft); }
h1 { display: flex; align-items: center; gap: .75rem; margin: 0 0 1rem; font-size: 1.75rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.125rem; }
h3 { margin: 1.5rem 0 .25rem; font-size: 1rem; }
p { margin: 0 0 .5rem; }
a { color: var(--link); }
img { flex: none; object-fit: contain; }
pre { margin: 0; padding: .75rem 1rem; overflow-x: auto; background: var(--code); border-radius: .5rem; overflow-wrap: normal; }
code { font: .875rem/1.5 ui-monospace, monospace; }
`.trim(),
);
