import { aBoolean, aFunction, anObject, aResult, type Kind } from '../catalog/kind.ts';
import { isRecord } from '../record.ts';
import type { SetupProblem } from '../setup-error.ts';
import { findOutputsProblem } from '../catalog/output-schemas.ts';
import type { HandlerOptions } from './options.ts';

/**
 * Finds options that have a value of a wrong kind, which only an app without types can give. Some would be silent, such as
 * `legacy: 'session'`. A text in place of a list would even allow hosts that are a part of it.
 */
export function checkOptionValues(options: HandlerOptions): SetupProblem[] {
  if (!isRecord(options)) {
    const message = 'they have to be an object, such as { createContext }';
    return [{ code: 'OPTION_INVALID', path: 'options', message }];
  }
  const { auth, server } = options as HandlerOptions;
  const given: [path: string, value: unknown, kind: Kind][] = [
    ...Object.entries(kinds).map(([name, kind]): [string, unknown, Kind] => [name, options[name], kind]),
    ...(isRecord(auth) ? toAuthEntries(auth) : []),
    ['server.instructions', isRecord(server) ? server['instructions'] : undefined, textOrFunction],
  ];
  const wrongOutputs = options.outputs === undefined ? undefined : findOutputsProblem(options.outputs);
  const problems: SetupProblem[] = given
    .filter(([, value, { takes }]) => value !== undefined && !takes(value))
    .map(([path, , { words }]) => ({ code: 'OPTION_INVALID', path, message: `it has to be ${words}` }));
  if (wrongOutputs !== undefined)
    problems.push({ code: 'OUTPUTS_INVALID', path: 'outputs', message: wrongOutputs });
  return problems;
}

function toAuthEntries({ authenticate, authorize }: Record<string, unknown>): [string, unknown, Kind][] {
  // Without it, no request could be let in.
  const way = authenticate ?? null;
  return [
    ['auth.authenticate', way, functions],
    ['auth.authorize', authorize, aFunction],
  ];
}

const functions: Kind = {
  takes: (value) => [value].flat().every(aFunction.takes),
  words: 'a function, or a list of functions',
};
const textOrFunction: Kind = {
  takes: (value) => typeof value === 'string' || aFunction.takes(value),
  words: 'a text, or a function that makes one of the context',
};
const aList: Kind = { takes: Array.isArray, words: 'a list' };
const listOrTrue: Kind = {
  takes: (value) => value === true || Array.isArray(value),
  words: 'a list, or true',
};

function oneOf(...values: readonly (string | boolean)[]): Kind {
  const words = values.map((value) => JSON.stringify(value));
  return {
    takes: (value) => values.includes(value as string | boolean),
    words: words.join(', ').replace(/, ([^,]+)$/, ' or $1'),
  };
}

function isSearch(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { over, find } = value;
  return typeof over === 'number' && over >= 0 && (find === undefined || aFunction.takes(find));
}

const kinds: Partial<Record<keyof HandlerOptions, Kind>> = {
  server: anObject,
  expose: {
    takes: (value) => aFunction.takes(value) || isRecord(value),
    words: 'a function, or { include, exclude }',
  },
  tag: aFunction,
  outputSchemas: oneOf(true, false, 'small'),
  structured: oneOf('auto', 'always', 'never'),
  files: anObject,
  discovery: {
    takes: (value) => value === 'list' || value === 'search' || isSearch(value),
    words: '"list", "search" or { over, find }, where over is a number and find a function',
  },
  budget: anObject,
  toolName: aFunction,
  auth: { takes: isRecord, words: 'an object, such as bearer({ verify, … }) or { authenticate }' },
  callerId: aFunction,
  bypass: anObject,
  listing: oneOf('all', 'permitted'),
  return200ForErrors: oneOf(true, false, 'forbidden'),
  onError: aFunction,
  toError: aFunction,
  errorFormatter: oneOf('message'),
  exposeInternalErrors: aBoolean,
  legacy: oneOf('stateless', 'sessions', 'reject'),
  sessions: anObject,
  rateLimit: anObject,
  result: aResult,
  store: anObject,
  secret: { takes: (value) => typeof value === 'string', words: 'a string' },
  bus: anObject,
  allowedHosts: listOrTrue,
  allowedOrigins: listOrTrue,
  fastLane: aBoolean,
  page: {
    takes: (value) => isRecord(value) && aFunction.takes(value['open']),
    words: 'a page, such as inspector() of @trpc-mcp/inspector makes',
  },
  converters: anObject,
  codecs: aList,
  repair: aBoolean,
  unknownArguments: oneOf('refuse', 'pass'),
  tools: aList,
  resources: aList,
  prompts: aList,
};
