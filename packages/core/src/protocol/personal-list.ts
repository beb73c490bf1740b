import type { CallRequest } from '../call/active-call.ts';
import type { FailureOutcome } from '../call/outcome.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era } from '../catalog/era.ts';
import { cacheHintsOf, itemsOf } from './advertise.ts';
import { findListed, isAsked, readContextOf } from './listing.ts';
import type { ServerParts, Serving } from './serving.ts';

/** Writes a list of tools that is not the same for all callers, up to the id of its answer. */
export type WritePersonalList = (
  serving: Serving,
  request: CallRequest,
) => Promise<Uint8Array | FailureOutcome>;

/** A part of a list: one tool that is shown to some callers, or a run of tools that everybody sees. */
interface Part {
  /** With a comma before each tool. */
  bytes: Uint8Array;
  /** Where the tool stands in the list; `undefined` for a run. */
  index: number | undefined;
}

interface Pieces {
  head: Uint8Array;
  parts: readonly Part[];
  tail: Uint8Array;
}

/**
 * Makes a function that writes such lists. `modernTail` is what each result of 2026 ends with. Each tool is serialized once for
 * a catalog, so that a list is a copy of the bytes of what this caller may know of.
 */
export function createPersonalLists(parts: ServerParts, modernTail: string): WritePersonalList {
  const made = new WeakMap<Catalog, Partial<Record<Era, Pieces>>>();

  const piecesOf = (catalog: Catalog, era: Era): Pieces => {
    let byEra = made.get(catalog);
    if (!byEra) made.set(catalog, (byEra = {}));
    return (byEra[era] ??= toPieces(parts, catalog, era, modernTail));
  };

  return async (serving, request) => {
    const { catalog } = serving;
    const read = await readContextOf(parts, serving, 'tools/list', request);
    if (read?.kind === 'failure') return read;
    const found = findListed(parts, [...itemsOf(catalog, 'tools/list')], request, read);
    return join(piecesOf(catalog, request.era), found instanceof Promise ? await found : found);
  };
}

function toPieces(parts: ServerParts, catalog: Catalog, era: Era, modernTail: string): Pieces {
  const runs: { text: string; index: number | undefined }[] = [];
  for (const [index, item] of [...itemsOf(catalog, 'tools/list')].entries()) {
    const text = `,${JSON.stringify(item.listed[era])}`;
    const last = runs.at(-1);
    if (isAsked(parts, item)) runs.push({ text, index });
    else if (last && last.index === undefined) last.text += text;
    else runs.push({ text, index: undefined });
  }
  const hints = JSON.stringify(cacheHintsOf(parts, catalog)['tools/list']).slice(1, -1);
  return {
    head: encoder.encode('{"result":{"tools":['),
    parts: runs.map(({ text, index }) => ({ bytes: encoder.encode(text), index })),
    tail: encoder.encode(era === 'modern' ? `],${hints}${modernTail}}` : ']}'),
  };
}

function join({ head, parts, tail }: Pieces, isListed: readonly boolean[]): Uint8Array {
  const shown = parts.filter(({ index }) => index === undefined || isListed[index]);
  // There is no comma before the first one.
  const chunks = [head, ...shown.map(({ bytes }, index) => (index === 0 ? bytes.subarray(1) : bytes)), tail];
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const encoder = new TextEncoder();
