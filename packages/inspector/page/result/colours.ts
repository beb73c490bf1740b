/** The colours of the page's tokens as they are now, for what is no CSS: the canvas of a chart, and MCP Apps. */
export function readColours<Name extends string>(names: readonly Name[]): Record<Name, string> {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const read = (name: Name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Name, string>;
  probe.remove();
  return colours;
}

/** What the person prefers, for `matchMedia`. */
export const darkQuery = '(prefers-color-scheme: dark)';
export const stillQuery = '(prefers-reduced-motion: reduce)';
