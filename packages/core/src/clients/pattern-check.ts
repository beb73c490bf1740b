/** Finds what engines without backtracking, such as RE2 and that of Rust, cannot read in a regular expression. */
export function findBacktracking(pattern: string): string | undefined {
  let isClass = false;
  for (const [part] of pattern.matchAll(/\\[^]|\(\?<?[=!]|[^]/g)) {
    if (part === '[') isClass = true;
    else if (part === ']') isClass = false;
    if (isClass) continue;
    if (part.startsWith('(?')) return `the look-around "${part}"`;
    if (/^\\[1-9k]$/.test(part)) return `the back-reference "${part}"`;
  }
  return undefined;
}

/** Finds what the grammars of llama.cpp cannot express: they match whole strings, and know few escapes. */
export function findUngrammatical(pattern: string): string | undefined {
  if (!pattern.startsWith('^') || !pattern.endsWith('$')) return 'an end that is not anchored with ^ and $';
  let isClass = false;
  for (const [part] of pattern.matchAll(/\\[^]|[^]/g)) {
    if (part === '[') isClass = true;
    else if (part === ']') isClass = false;
    const known = isClass ? /^\\[nrtxuU"[\]\\-]$/ : /^\\[nrtxuU"[\]\\\-^$.(){}|*+?]$/;
    if (part.length === 2 && part.startsWith('\\') && !known.test(part)) return `the escape "${part}"`;
  }
  return undefined;
}
