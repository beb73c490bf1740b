import type { Portion } from '../../catalog/portion.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Encoded } from '../../schema/output.ts';
import { withNamedFiles } from '../../schema/wire/named-files.ts';
import { type Cut, cutTo, type Shortened } from './cut.ts';
import type { Continuation } from './handle.ts';
import { nextStepOf, type Shown, withoutNext } from './next.ts';
import { findRows, placeAt, replaceRows, rowsAt } from './place.ts';
import type { PortionRequest } from './request.ts';
import { selectFields } from './select.ts';
import { besideRows, hasCells, toTsv, tsvLength } from './tsv.ts';
import { describeCuts, describeLists, describeMissing } from './words.ts';

/** A result as a model gets it. */
export interface Portioned {
  json: unknown;
  /** The files that are named in it. */
  content: Encoded['content'];
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
  { json: whole, content: files }: Encoded,
  request: PortionRequest,
): Promise<Portioned> {
  const { fields, from = [] } = request;
  const { json: selected, missing } = fields ? selectFields(whole, fields) : { json: whole, missing: [] };
  const rest = from.reduce(skipRows, selected);
  const { json: cut, cuts } = fit(rest, portion, from.length > 0);
  const lists = shownOf(cut, cuts, selected, from);
  const open = lists.filter(({ skipped, shown, total }) => skipped + shown < total);
  const step = open.length > 0 ? nextStepOf(tool, portion, request, rest, open) : undefined;
  // Lists that have come to their end stay at it, so that no call shows them again.
  const handle =
    step?.kind === 'handle'
      ? await request.toHandle(lists.map(({ keys, skipped, shown }) => ({ keys, skip: skipped + shown })))
      : undefined;
  const sentences = [
    ...describeLists(lists),
    ...describeCuts(
      cuts.filter((each) => !isOfList(each)),
      portion.most ?? 0,
    ),
    ...(step !== undefined && step.kind !== 'handle' ? [step.text] : []),
    ...(handle === undefined
      ? []
      : [`Call again with the same arguments and _cursor "${handle}" for the next rows.`]),
    ...(missing.length > 0 ? [describeMissing(missing)] : []),
  ];
  const shown = open.reduce((left: unknown, { keys }) => withoutNext(left, keys), cut);
  const { json, content } = withNamedFiles(shown, files);
  const text = sentences.join(' ');
  const [first] = open.length > 0 ? open : lists;
  const counts = first && { shown: first.shown, total: first.total, skipped: first.skipped };
  return {
    json,
    content,
    texts: textsOf(json, portion),
    note:
      text === ''
        ? undefined
        : { text, meta: { message: text, ...counts, ...(handle && { _cursor: handle }) } },
  };
}

/** Leaves out the rows that earlier calls gave. There may be fewer than there were. */
function skipRows(json: unknown, { keys, skip }: Continuation[number]): unknown {
  const place = placeAt(json, keys);
  return place === undefined ? json : replaceRows(json, place, place.rows.slice(skip));
}

function fit(json: unknown, portion: Portion, goesOn: boolean): Shortened {
  const { most, isTsv } = portion;
  if (most === undefined) return { json, cuts: [] };
  // A list that goes on has a note on its last rows too.
  const whole = goesOn ? Math.max(most - roomOfNote / 2, Math.floor(most / 2)) : most;
  if (lengthOf(textsOf(json, portion)) <= whole) return { json, cuts: [] };
  const room = Math.max(most - roomOfNote, Math.floor(most / 2));
  if (!isTsv) return cutTo(json, room);
  // The line of names, and the empty cells of a row, depend on which rows are shown.
  let shortened = cutTo(json, room, tsvLength);
  for (let left = room, tries = 0; tries < mostTries; tries++) {
    const over = lengthOf(textsOf(shortened.json, portion)) - room;
    if (over <= 0 || left === 0) break;
    left = Math.max(left - over, 0);
    shortened = cutTo(json, left, tsvLength);
  }
  return shortened;
}

/** Each takes off at least what was too much before. */
const mostTries = 8;

/** Whether it is a cut of rows with which a later call can go on. */
function isOfList({ kind, isInRow }: Cut): boolean {
  return kind === 'rows' && !isInRow;
}

/** Which rows are shown of the lists that were cut, or that go on. */
function shownOf(json: unknown, cuts: readonly Cut[], whole: unknown, from: Continuation): Shown[] {
  const begun = new Map(from.map(({ keys, skip }) => [JSON.stringify(keys), { keys, skip }]));
  for (const { keys } of cuts.filter(isOfList)) {
    const name = JSON.stringify(keys);
    if (!begun.has(name)) begun.set(name, { keys, skip: 0 });
  }
  return [...begun.values()].map(({ keys, skip }) => ({
    keys,
    shown: rowsAt(json, keys)?.length ?? 0,
    skipped: skip,
    total: rowsAt(whole, keys)?.length ?? 0,
  }));
}

function textsOf(json: unknown, { isTsv }: Portion): string[] {
  const place = isTsv ? findRows(json) : undefined;
  // A model reads a text as it is. Only programs need the quotes of JSON around it.
  // A table of nothing would be an empty text, which some hosts refuse.
  if (place === undefined || !place.rows.some(hasCells))
    return [typeof json === 'string' ? json : JSON.stringify(json)];
  const beside = besideRows(json, place);
  return [toTsv(place.rows), ...(beside === undefined ? [] : [JSON.stringify(beside)])];
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((length, text) => length + text.length, 0);
}
