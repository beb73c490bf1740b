import { createScanner, type Node } from 'jsonc-parser';

/**
 * Adds a member at the end of an object or an array, in the style of the text around it: indentation, line ends, one
 * line or several, a trailing comma. Comments stay where they are. Without a parent the text has no value yet.
 */
export function insertMember(
  text: string,
  parent: Node | undefined,
  key: string | undefined,
  value: unknown,
): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const unit = indentOf(text);
  const render = (indent: string | undefined) => {
    const name = key === undefined ? '' : JSON.stringify(key) + (indent === undefined ? ':' : ': ');
    const rendered = JSON.stringify(value, null, indent === undefined ? undefined : unit);
    return name + (indent === undefined ? rendered : rendered.replaceAll('\n', eol + indent));
  };
  if (!parent) {
    // Only comments or white space: they stay, and the value follows.
    const kept = text.trimEnd();
    return `${kept}${kept === '' ? '' : eol}{${eol}${unit}${render(unit)}${eol}}${eol}`;
  }

  const open = parent.offset;
  const close = parent.offset + parent.length - 1;
  const members = parent.children ?? [];
  const last = members.at(-1);
  const inside = text.slice(open + 1, close);
  const isOneLine =
    !inside.includes('\n') && (last !== undefined || !text.trim().includes('\n')) && text.trim() !== '{}';
  if (!last) {
    if (isOneLine) return text.slice(0, open + 1) + inside.trimEnd() + render(undefined) + text.slice(close);
    const outer = lineIndent(text, open);
    const kept = inside.trimEnd();
    const added = `${kept}${eol}${outer}${unit}${render(outer + unit)}${eol}${outer}`;
    return text.slice(0, open + 1) + added + text.slice(close);
  }

  const end = last.offset + last.length;
  const { comma, contentEnd } = scanTail(text, end, close);
  if (isOneLine) {
    const gap = /^\s/.test(
      text.slice(members.length > 1 ? members[0]!.offset + members[0]!.length + 1 : open + 1),
    )
      ? ' '
      : '';
    const added = `${comma === undefined ? ',' : ''}${gap}${render(undefined)}${comma === undefined ? '' : ','}`;
    const place = comma === undefined ? end : comma + 1;
    return text.slice(0, place) + added + text.slice(place);
  }
  const indent = startsLine(text, members[0]!.offset)
    ? lineIndent(text, members[0]!.offset)
    : lineIndent(text, open) + unit;
  const before =
    comma === undefined ? `${text.slice(0, end)},${text.slice(end, contentEnd)}` : text.slice(0, contentEnd);
  const rest = text.slice(contentEnd);
  // The closing bracket may stand on the line of the last member.
  const tail = /^\s*\n/.test(rest) ? '' : eol + lineIndent(text, open);
  const trailing = comma === undefined ? '' : ',';
  return `${before}${eol}${indent}${render(indent)}${trailing}${tail}${tail === '' ? rest : rest.trimStart()}`;
}

/** The unit of indentation of a text: that of its first line that is indented. */
export function indentOf(text: string): string {
  const indent = /\n([\t ]+)["'{[\w]/.exec(text)?.[1] ?? '  ';
  return indent.startsWith('\t') ? '\t' : indent;
}

/** Where the comma after the last member is, and where the comments after it end. */
function scanTail(text: string, from: number, to: number): { comma: number | undefined; contentEnd: number } {
  const scanner = createScanner(text, false);
  scanner.setPosition(from);
  let comma: number | undefined;
  let contentEnd = from;
  for (scanner.scan(); scanner.getTokenOffset() < to; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const token = text.slice(offset, offset + scanner.getTokenLength());
    if (token === ',') comma = offset;
    if (token.trim() !== '') contentEnd = offset + token.length;
  }
  return { comma, contentEnd };
}

function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[\t ]*/.exec(text.slice(start))![0];
}

function startsLine(text: string, offset: number): boolean {
  return /^[\t ]*$/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset));
}
