import type { ResultOutcome } from '../../call/outcome.ts';

/** An entry of a list, with the name of the list in the result. */
export interface Entry {
  list: string;
  json: object;
}

/** Which part of a page is shown, and where the next one begins. */
interface Part {
  /** How many entries of the page earlier results had. */
  skip: number;
  /** The cursor of the page. `undefined` for the first one. */
  inner: string | undefined;
  /** The cursor of the next page. */
  next: string | undefined;
  /** The most characters of a result. */
  most: number | undefined;
}

/** Makes the result of a list: a page of it, or as much of the page as there is room for. */
export function toPage(
  main: string,
  entries: readonly Entry[],
  { skip, inner, next, most }: Part,
): ResultOutcome {
  const rest = entries.slice(skip);
  const count = most === undefined ? rest.length : countFitting(rest, most);
  const nextCursor = count < rest.length ? writeCursor(skip + count, inner) : next;
  const lists: Record<string, object[]> = {};
  for (const { list, json } of rest.slice(0, count)) (lists[list] ??= []).push(json);
  lists[main] ??= [];
  const result = { ...lists, ...(nextCursor !== undefined && { nextCursor }) };
  const json = JSON.stringify(result);
  const content = [{ type: 'text', text: json }];
  return { kind: 'result', result: { content, structuredContent: result }, json, text: json };
}

/** Reads a cursor: that of a page, or one that begins inside of a page. */
export function readCursor(cursor: string | undefined): { skip: number; inner: string | undefined } {
  const [, skip, inner] = /^(\d{1,9})\.(.*)$/.exec(cursor ?? '') ?? [];
  return skip === undefined ? { skip: 0, inner: cursor } : { skip: Number(skip), inner: inner || undefined };
}

/** The cursor of a page has no dot. */
function writeCursor(skip: number, inner: string | undefined): string {
  return `${skip}.${inner ?? ''}`;
}

/** The names of the lists, and a cursor. */
const frame = 100;

/** How many entries there is room for. There is always one, so that every page goes on. */
function countFitting(entries: readonly Entry[], most: number): number {
  let left = most - frame;
  for (const [index, { json }] of entries.entries()) {
    left -= JSON.stringify(json).length + 1;
    if (left < 0) return Math.max(index, 1);
  }
  return entries.length;
}
