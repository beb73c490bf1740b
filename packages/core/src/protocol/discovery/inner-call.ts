import { type DiscoveryName, mostAtOnce } from '../../catalog/front.ts';
import { findNearest } from '../../nearest.ts';
import { isRecord } from '../../record.ts';
import type { MessageHead } from '../json-rpc.ts';

/** A call of a tool that is an argument of another call. */
export interface InnerCall {
  name: string;
  args: unknown;
}

/** The calls inside of a call. */
export function headsOfInnerCalls(runner: unknown, args: unknown): MessageHead[] {
  if (runner !== 'run_query' && runner !== 'run_mutation') return [];
  const calls = readInnerCalls(runner, args);
  return typeof calls === 'string' ? [] : calls.map(({ name }) => ({ method: 'tools/call', tool: name }));
}

/** Reads the calls in the arguments of `run_query` or `run_mutation`. Returns a sentence if they cannot be read. */
export function readInnerCalls(runner: DiscoveryName, args: unknown): InnerCall[] | string {
  const given = args ?? {};
  if (!isRecord(given)) return 'the arguments have to be an object';
  if (runner === 'run_mutation') {
    const call = readCall(given, '');
    return typeof call === 'string' ? call : [call];
  }
  const unknown = unknownKeyIn(given, ['calls'], '');
  if (unknown !== undefined) return unknown;
  const calls = unwrap(given['calls']);
  if (!Array.isArray(calls) || calls.length === 0 || calls.length > mostAtOnce) return wanted(calls);
  const read: InnerCall[] = [];
  for (const [index, value] of calls.entries()) {
    const call = readCall(unwrap(value), `calls[${index}]`);
    if (typeof call === 'string') return call;
    read.push(call);
  }
  return read;
}

function wanted(calls: unknown): string {
  const given = Array.isArray(calls) ? `, and has ${calls.length}` : '';
  return `calls has to be a list of 1 to ${mostAtOnce} calls, such as [{"name": "…", "arguments": {}}]${given}`;
}

function readCall(value: unknown, where: string): InnerCall | string {
  if (!isRecord(value)) return `${where} has to be an object with name and arguments`;
  const at = where && `${where}.`;
  const unknown = unknownKeyIn(value, ['name', 'arguments'], at);
  if (unknown !== undefined) return unknown;
  const { name } = value;
  if (typeof name !== 'string' || name === '') return `${at}name has to be the name of a tool`;
  const args = unwrap(value['arguments']);
  // Clients fill what they have nothing for.
  if (args === undefined || args === null || args === '') return { name, args: undefined };
  return isRecord(args) ? { name, args } : `${at}arguments has to be an object`;
}

/** Returns a sentence about an argument that there is not. */
export function unknownKeyIn(value: object, known: readonly string[], at: string): string | undefined {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return undefined;
  const shown = unknown.length > 60 ? `${unknown.slice(0, 60)}…` : unknown;
  const nearest = findNearest(shown, known);
  const advice = nearest === undefined ? `it takes ${known.join(' and ')}` : `did you mean ${nearest}?`;
  return `${at}${shown} is not an argument; ${advice}`;
}

/** Some models send a value as the text of its JSON. */
export function unwrap(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
