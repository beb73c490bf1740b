import { unfence } from './source.ts';

/** How many procedures a search gives where the model does not say it, and at most. */
export const usualFound = 6;
export const mostFound = 25;
const mostQueryCharacters = 1000;

/** Reads the arguments of `search_api`. Returns a sentence if they cannot be used. */
export function readSearchArguments(args: unknown): { query: string; limit: number } | string {
  const read = readObject(args, ['query', 'limit']);
  if (typeof read === 'string') return read;
  const { query, limit } = read;
  if (typeof query !== 'string' || query.trim() === '')
    return 'query has to say what you want to do, in a few words';
  if (query.length > mostQueryCharacters) return `query has more than ${mostQueryCharacters} characters`;
  if (limit === undefined || limit === null || limit === '') return { query, limit: usualFound };
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > mostFound)
    return `limit has to be a number from 1 to ${mostFound}`;
  return { query, limit: count };
}

/** Reads the arguments of `run_code`: returns the code, or what is wrong. */
export function readRunArguments(args: unknown, maxCodeBytes: number): string | { problem: string } {
  const read = readObject(args, ['code']);
  if (typeof read === 'string') return { problem: read };
  const { code } = read;
  if (typeof code !== 'string') return { problem: 'code has to be a text: the JavaScript to run' };
  const bytes = new TextEncoder().encode(code).length;
  if (bytes > maxCodeBytes)
    return { problem: `code has ${bytes} bytes, and may have ${maxCodeBytes}; write a shorter program` };
  const source = unfence(code);
  if (source.trim() === '') return { problem: 'code is empty; write JavaScript that returns what you need' };
  return source;
}

function readObject(args: unknown, names: readonly string[]): Record<string, unknown> | string {
  const given: unknown = args ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) return 'the arguments have to be an object';
  const unknown = Object.keys(given as object).find((name) => !names.includes(name));
  if (unknown === undefined) return given as Record<string, unknown>;
  const shown = unknown.length > 60 ? `${unknown.slice(0, 60)}…` : unknown;
  return `${shown} is not an argument; it takes ${names.join(' and ')}`;
}
