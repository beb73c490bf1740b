/**
 * Reads the tab-separated values that a tool with `result.format: 'tsv'` gives. A cell that is a JSON number, boolean, `null`,
 * object or list is read as that if the other cells of its column are too. Gives `undefined` for any other text.
 */
export function readTsv(text: string): Record<string, unknown>[] | undefined {
  const lines = text.replace(/\n$/, '').split('\n');
  const [head, ...body] = lines.map((line) => line.split('\t'));
  if (head === undefined || head.length < 2 || body.length === 0) return undefined;
  if (new Set(head).size !== head.length || head.some((name) => name === '')) return undefined;
  // The last text of a result may be a note on what is missing. Such a line has no tab.
  if (body.some((cells) => cells.length !== head.length)) return undefined;
  const columns = head.map((_, index) => readColumn(body.map((cells) => cells[index] ?? '')));
  return body.map((_, row) =>
    Object.fromEntries(
      head.flatMap((name, index) => {
        const value = columns[index]?.[row];
        return value === undefined ? [] : [[unescape(name), value]];
      }),
    ),
  );
}

function readColumn(cells: readonly string[]): unknown[] {
  const values = cells.map((cell) => (cell === '' ? undefined : readCell(cell)));
  const areAllJson = cells.every((cell, index) => cell === '' || values[index] !== noJson);
  return cells.map((cell, index) => (cell === '' ? undefined : areAllJson ? values[index] : unescape(cell)));
}

const noJson = Symbol('no JSON');

function readCell(cell: string): unknown {
  if (!/^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null|[[{].*)$/i.test(cell)) return noJson;
  try {
    return JSON.parse(unescape(cell)) as unknown;
  } catch {
    return noJson;
  }
}

function unescape(cell: string): string {
  return cell.replace(/\\([\\tnr])/g, (_, letter: string) => characters[letter] ?? letter);
}

const characters: Record<string, string> = { '\\': '\\', t: '\t', n: '\n', r: '\r' };
