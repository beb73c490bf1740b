import { aBoolean, aFunction, anObject, aResult, type Kind } from '../catalog/kind.ts';
import { isRecord } from '../record.ts';
import type { SetupProblem } from '../setup-error.ts';
import { findOutputsProblem } from '../catalog/output-schemas.ts';
import { findDiscoveryProblem } from './discovery-check.ts';
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
  const { auth, server, tasks } = options as HandlerOptions;
  const given: [path: string, value: unknown, kind: Kind][] = [
    ...Object.entries(kinds).map(([name, kind]): [string, unknown, Kind] => [name, options[name], kind]),
    ...(isRecord(auth) ? toAuthEntries(auth) : []),
    ...(isRecord(tasks) ? taskFunctions.map(toTaskEntry(tasks)) : []),
    ['server.instructions', isRecord(server) ? server['instructions'] : undefined, textOrFunction],
  ];
  const wrongDiscovery = findDiscoveryProblem(options as HandlerOptions);
  const wrongOutputs = options.outputs === undefined ? undefined : findOutputsProblem(options.outputs);
  const problems: SetupProblem[] = given
    .filter(([, value, { takes }]) => value !== undefined && !takes(value))
    .map(([path, , { words }]) => ({ code: 'OPTION_INVALID', path, message: `it has to be ${words}` }));
  if (wrongDiscovery !== undefined)
    problems.push({ code: 'OPTION_INVALID', path: 'discovery', message: wrongDiscovery });
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

const taskFunctions = ['run', 'createContext', 'waitUntil'];

function toTaskEntry(tasks: Record<string, unknown>): (name: string) => [string, unknown, Kind] {
  return (name) => [`tasks.${name}`, tasks[name], aFunction];
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

function isBooleanOrAbsent(value: unknown): boolean {
  return value === undefined || aBoolean.takes(value);
}

/** A promise, a map and the like have no files as keys. */
function isFiles(value: unknown): boolean {
  return isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
}

const kinds: Partial<Record<keyof HandlerOptions, Kind>> = {
  server: anObject,
  expose: {
    takes: (value) => aFunction.takes(value) || isRecord(value),
    words: 'a function, or { include, exclude }',
  },
  tag: aFunction,
  outputSchemas: oneOf(true, false, 'small'),
  schemas: oneOf('mount', 'demand'),
  structured: oneOf('auto', 'always', 'never'),
  files: anObject,
  asTools: {
    takes: (value) =>
      aBoolean.takes(value) ||
      (isRecord(value) && ['resources', 'prompts'].every((key) => isBooleanOrAbsent(value[key]))),
    words: 'true, false or { resources, prompts }, which are true or false',
  },
  skills: {
    takes: isFiles,
    words:
      'a record of files by path, such as { "refunds/SKILL.md": "…" }, or what readSkills() resolves to; await it',
  },
  budget: anObject,
  toolName: aFunction,
  auth: { takes: isRecord, words: 'an object, such as bearer({ verify, … }) or { authenticate }' },
  callerId: aFunction,
  onCall: functions,
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
  card: {
    takes: (value) => aBoolean.takes(value) || isRecord(value),
    words: 'true, false or { name, description, url, … }',
  },
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
  tasks: anObject,
  tools: aList,
  resources: aList,
  prompts: aList,
};
