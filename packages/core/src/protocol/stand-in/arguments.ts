import { type StandInRules, takenByStandIns } from '../../catalog/as-tools.ts';
import { isRecord } from '../../record.ts';
import { unknownKeyIn, unwrap } from '../discovery/inner-call.ts';
import type { MessageHead } from '../json-rpc.ts';

/** The arguments of a tool that stands in for a method. */
export interface StandInArguments {
  uri: string | undefined;
  /** How many characters of the text are skipped. */
  offset: number;
  name: string | undefined;
  arguments: Record<string, unknown> | undefined;
  cursor: string | undefined;
}

/** Reads arguments, of which the tool takes some. Returns a sentence if they cannot be read. */
export function readArguments(given: unknown, known: readonly string[]): StandInArguments | string {
  const args = given ?? {};
  if (!isRecord(args)) return 'the arguments have to be an object';
  const unknown = unknownKeyIn(args, known, '');
  if (unknown !== undefined) return unknown;
  const { offset } = args;
  for (const key of ['uri', 'name', 'cursor'])
    if (!isAbsent(args[key]) && typeof args[key] !== 'string') return `${key} has to be a text`;
  const inner = unwrap(args['arguments']);
  if (!isAbsent(inner) && !isRecord(inner)) return 'arguments has to be an object';
  const skipped = isAbsent(offset) ? 0 : Number(offset);
  if (!Number.isSafeInteger(skipped) || skipped < 0) return 'offset has to be a whole number of 0 or more';
  return {
    uri: textOf(args['uri']),
    offset: skipped,
    name: textOf(args['name']),
    arguments: isRecord(inner) ? inner : undefined,
    cursor: textOf(args['cursor']),
  };
}

/** The methods that a call stands in for. */
export function headsOfStandIn(name: unknown, args: unknown, rules: StandInRules): MessageHead[] {
  if (!takenByStandIns(rules).some((taken) => taken === name)) return [];
  const given = isRecord(args) ? args : {};
  const toHead = (method: string): MessageHead => ({ method, tool: undefined });
  switch (name) {
    case 'list_resources':
      return ['resources/list', 'resources/templates/list'].map(toHead);
    case 'read_resource':
      return [toHead('resources/read')];
    default:
      return [toHead(textOf(given['name']) === undefined ? 'prompts/list' : 'prompts/get')];
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Clients fill what they have nothing for. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
