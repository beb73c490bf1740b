/** What a client takes as the answer, as its `Accept` header says. */
export interface Accepted {
  /** One body of JSON. */
  json: boolean;
  /** A stream of events, in which messages may come before the answer. */
  stream: boolean;
}

/**
 * Reads an `Accept` header. A client that sends none gets JSON and no stream, because it may not know what a stream is.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept
 */
export function readAccept(header: string | undefined): Accepted {
  if (header === usualAccept) return both;
  const ranges = readRanges(header ?? '');
  if (ranges.size === 0) return jsonOnly;
  return { json: takes(ranges, jsonRanges), stream: takes(ranges, streamRanges) };
}

/** Whether an `Accept` header names HTML, as those of browsers do. What stands for every type does not name it. */
export function takesHtml(header: string | undefined): boolean {
  return readRanges(header ?? '').get('text/html') === true;
}

/** The header of the official clients, which take both. */
export const usualAccept = 'application/json, text/event-stream';

const both: Accepted = { json: true, stream: true };
const jsonOnly: Accepted = { json: true, stream: false };
/** The ranges that a type is in. The first one that a header has decides. */
const jsonRanges = ['application/json', 'application/*', '*/*'];
const streamRanges = ['text/event-stream', 'text/*', '*/*'];

/** Reads the ranges, and whether the client takes what is in them: with `;q=0` it does not. */
function readRanges(header: string): Map<string, boolean> {
  const ranges = new Map<string, boolean>();
  for (const entry of header.split(',')) {
    const [range = '', ...params] = entry.split(';').map((part) => part.trim().toLowerCase());
    if (range === '') continue;
    const isTaken = !params.some((param) => zeroPattern.test(param));
    ranges.set(range, isTaken || ranges.get(range) === true);
  }
  return ranges;
}

const zeroPattern = /^q=0(?:\.0*)?$/;

function takes(ranges: ReadonlyMap<string, boolean>, names: readonly string[]): boolean {
  const name = names.find((one) => ranges.has(one));
  return name !== undefined && ranges.get(name)!;
}
