/** The style of the pages. It is the only one that their Content-Security-Policy allows. */
export const style = `
:root {
  color-scheme: light dark;
  --text: #1c2024; --faint: #59626d; --ground: #f3f4f6; --card: #ffffff; --line: #d5d9df; --edge: #848c97;
  --accent: #1d5fd6; --on-accent: #ffffff;
  --good: #18703a; --good-ground: #edf7f0; --warn: #8a5300; --warn-ground: #fdf5e6;
  font: 100%/1.5 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #eceef0; --faint: #a8b0ba; --ground: #111316; --card: #1b1e22; --line: #3a3f46; --edge: #7d8590;
    --accent: #7aa9ff; --on-accent: #0d1a30;
    --good: #6fcf97; --good-ground: #17291f; --warn: #f0b429; --warn-ground: #2c2413;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0; padding: clamp(1rem, 6vh, 4rem) 1rem 2rem;
  background: var(--ground); color: var(--text); overflow-wrap: anywhere;
}
header, main { max-width: 32rem; margin: 0 auto; }
header { display: flex; gap: .75rem; align-items: center; padding: 0 .25rem .875rem; font-weight: 600; }
header img { flex: none; border-radius: 8px; background: #ffffff; object-fit: contain; }
main {
  padding: clamp(1.25rem, 5vw, 2rem); border: 1px solid var(--line); border-radius: 14px;
  background: var(--card); box-shadow: 0 1px 3px rgb(0 0 0 / .06), 0 8px 24px rgb(0 0 0 / .05);
}
h1 { margin: 0 0 1.25rem; font-size: 1.375rem; font-weight: 650; line-height: 1.3; }
h1 span { font-weight: 400; }
h2 { margin: 0 0 .5rem; font-size: 1rem; font-weight: 600; }
p { margin: 0 0 1rem; }
main > :last-child, form > :last-child { margin-bottom: 0; }
ul { margin: 0; padding: 0; list-style: none; }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
legend { padding: 0; }
strong { font-weight: 650; }
a { color: var(--accent); }
.hint, .after, .faint { color: var(--faint); font-size: .9375rem; }
.hint { margin-top: -.875rem; }
.after { margin-top: 1.25rem; }
.who {
  display: grid; grid-template-columns: auto 1fr; gap: 0 .75rem; margin-bottom: 1.5rem; padding: .75rem 1rem;
  border-left: 4px solid; border-radius: 8px;
}
.who svg {
  width: 1.25rem; height: 1.25rem; margin-top: .125rem;
  fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round;
}
.who p { grid-column: 2; margin: 0; color: var(--text); }
.good { color: var(--good); }
.warn { color: var(--warn); }
.who.good { background: var(--good-ground); }
.who.warn { background: var(--warn-ground); }
.scopes { margin-bottom: 1.5rem; border: 1px solid var(--line); border-radius: 8px; }
.scopes > * { padding: .625rem .875rem; }
.scopes > * + * { border-top: 1px solid var(--line); }
.scopes label { display: flex; gap: .75rem; align-items: baseline; margin: -.625rem -.875rem; padding: .625rem .875rem; cursor: pointer; }
.scopes input { flex: none; width: 1.125rem; height: 1.125rem; margin: 0; translate: 0 .1875rem; accent-color: var(--accent); }
.already { margin: 0 0 1.5rem; padding-left: 1.25rem; list-style: disc; }
.nothing { display: none; }
form:has([name=scope][type=checkbox]):not(:has([name=scope]:checked)) .nothing { display: block; }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: 1.5rem; }
button {
  min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--edge); border-radius: 8px;
  background: transparent; color: inherit; font: inherit; font-weight: 600; cursor: pointer;
}
button:hover { border-color: currentColor; }
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
button.main:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.connections > li { padding: 1.25rem 0; border-top: 1px solid var(--line); }
.connections > li:last-child { padding-bottom: 0; }
.connections p { margin: 0; }
.connections h2 { margin: 0 0 .125rem; }
.connections :is(.good, .warn, .already) { margin-bottom: .5rem; }
.connections form { margin-top: .75rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (forced-colors: active) { .who { border-left-color: CanvasText; } }
`;
