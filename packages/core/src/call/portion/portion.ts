import type { Portion } from '../../catalog/portion.ts';
import type { Tool } from '../../catalog/tool.ts';
import { cutTo, type Shortened } from './cut.ts';
import type { Continuation } from './handle.ts';
import { nextStepOf, type Shown, withoutNext } from './next.ts';
import { findRows, replaceAt, rowsAt } from './place.ts';
import { selectFields } from './select.ts';
import { besideRows, toTsv, tsvLength } from './tsv.ts';
import { describeCuts, describeMissing, describeRows } from './words.ts';

/** What a call asks of its result. */
export interface PortionRequest {
  /** The arguments of the procedure, as they were sent. */
  args: unknown;
  fields: readonly string[] | undefined;
  /** Where the list goes on, for a call with `_cursor`. */
  from: Continuation | undefined;
  /** Makes the handle with which a later call goes on. */
  toHandle: (continuation: Continuation) => Promise<string>;
}

/** A result as a model gets it. */
export interface Portioned {
  json: unknown;
  /** The texts of the result: it is written in the first, and in a second one what is beside the rows of TSV. */
  texts: readonly string[];
  /** What is missing, and how to get it. `undefined` if the result is whole. */
  note: Note | undefined;
}

export interface Note {
  text: string;
  /** For programs. */
  meta: { message: string; shown?: number; total?: number; skipped?: number; _cursor?: string };
}

/** How many characters are kept for the note, unless a result may have only few. */
const roomOfNote = 400;

/** Makes of a result what the tool gives of it at once, and says what is missing. */
export async function takePortion(
  tool: Tool,
  portion: Portion,
  whole: unknown,
  request: PortionRequest,
): Promise<Portioned> {
  const { fields, from } = request;
  const { json: selected, missing } = fields ? selectFields(whole, fields) : { json: whole, missing: [] };
  const rest = from === undefined ? selected : skipRows(selected, from);
  const { json: cut, cuts } = fit(rest, portion, from);
  const rows = shownOf(cut, cuts, selected, from);
  const isCut = rows !== undefined && rows.skipped + rows.shown < rows.total;
  const step = isCut ? nextStepOf(tool, portion, request.args, rest, rows) : undefined;
  const handle =
    step?.kind === 'handle'
      ? await request.toHandle({ keys: rows!.keys, skip: rows!.skipped + rows!.shown })
      : undefined;
  const sentences = [
    ...(from !== undefined && rows !== undefined ? [describeRows(rows)] : []),
    ...describeCuts(from === undefined ? cuts : cuts.slice(isCut ? 1 : 0), portion.most ?? 0),
    ...(step !== undefined && step.kind !== 'handle' ? [step.text] : []),
    ...(handle === undefined
      ? []
      : [`Call again with the same arguments and _cursor "${handle}" for the next rows.`]),
    ...(missing.length > 0 ? [describeMissing(missing)] : []),
  ];
  const json = isCut ? withoutNext(cut, rows.keys) : cut;
  const text = sentences.join(' ');
  const counts = rows && { shown: rows.shown, total: rows.total, skipped: rows.skipped };
  return {
    json,
    texts: textsOf(json, portion),
    note:
      text === ''
        ? undefined
        : { text, meta: { message: text, ...counts, ...(handle && { _cursor: handle }) } },
  };
}

/** Leaves out the rows that earlier calls gave. There may be fewer than there were. */
function skipRows(json: unknown, { keys, skip }: Continuation): unknown {
  const rows = rowsAt(json, keys);
  return rows === undefined ? json : replaceAt(json, keys, rows.slice(skip));
}

function fit(json: unknown, portion: Portion, from: Continuation | undefined): Shortened {
  const { most, isTsv } = portion;
  if (most === undefined || lengthOf(textsOf(json, portion)) <= most) return { json, cuts: [] };
  const room = Math.max(most - roomOfNote, Math.floor(most / 2));
  const header = isTsv ? (toTsv(findRows(json)?.rows.slice(0, 1) ?? []).split('\n')[0] ?? '').length : 0;
  return cutTo(json, room - header, isTsv ? tsvLength : undefined, from?.keys);
}

/** Which rows are shown of a list that was cut, or that goes on; undefined for any other result. */
function shownOf(
  json: unknown,
  [first]: Shortened['cuts'],
  whole: unknown,
  from: Continuation | undefined,
): Shown | undefined {
  const keys = first?.kind === 'rows' && !first.isInRow ? first.keys : from?.keys;
  if (keys === undefined) return undefined;
  const total = rowsAt(whole, keys)?.length ?? 0;
  return { keys, shown: rowsAt(json, keys)?.length ?? 0, skipped: from?.skip ?? 0, total };
}

function textsOf(json: unknown, { isTsv }: Portion): string[] {
  const place = isTsv ? findRows(json) : undefined;
  // A model reads a text as it is. Only programs need the quotes of JSON around it.
  if (place === undefined) return [typeof json === 'string' ? json : JSON.stringify(json)];
  const beside = besideRows(json, place);
  return [toTsv(place.rows), ...(beside === undefined ? [] : [JSON.stringify(beside)])];
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((length, text) => length + text.length, 0);
}
