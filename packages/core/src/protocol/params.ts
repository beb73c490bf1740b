import { type SpecTypeName, specTypeSchemas } from '@modelcontextprotocol/server';
import { isRecord } from '../record.ts';
import { errorCodes, isResponse, maxTokenCharacters, type RpcError } from './json-rpc.ts';

/**
 * Says what is wrong with the params of a message that the SDK would not even hand to a server: params that are no object,
 * those of `initialize` before 2026-07-28, and answers to questions that are none. Returns `undefined` if nothing is, or if the message is wrong in something else.
 */
export function checkMessage(message: unknown, isModern = false): RpcError | undefined {
  if (!isRecord(message) || isResponse(message)) return undefined;
  const { method, params } = message;
  if (typeof method !== 'string') return undefined;
  const kind = 'id' in message ? 'JSONRPCRequest' : 'JSONRPCNotification';
  const issues = issuesOf(kind, message);
  if (issues.length > 0) {
    const own = issues.filter(({ path }) => path[0] === 'params');
    if (own.length < issues.length) return undefined;
    return toError(
      method,
      own.map(({ path, message: text }) => ({ path: path.slice(1), message: text })),
    );
  }
  if (method !== 'initialize') return checkRound(method, params);
  // A client of 2026 is told that there is no such method any more.
  return isModern ? undefined : checkParams(method, params);
}

/** The SDK reads what a client of 2026 answers questions with by itself, and takes anything else for no answer. */
function checkRound(method: string, params: unknown): RpcError | undefined {
  if (!roundMethods.has(method) || !isRecord(params)) return undefined;
  const { inputResponses = {}, requestState = '' } = params;
  const answers: [path: string[], value: unknown][] = isRecord(inputResponses)
    ? Object.entries(inputResponses).map(([key, value]) => [['inputResponses', key], value])
    : [[['inputResponses'], inputResponses]];
  const issues = answers
    .filter(([, value]) => !isRecord(value))
    .map(([path, value]) => ({ path, message: `Invalid input: expected object, received ${typeOf(value)}` }));
  if (typeof requestState !== 'string') {
    const message = `Invalid input: expected string, received ${typeOf(requestState)}`;
    issues.push({ path: ['requestState'], message });
  }
  return issues.length > 0 ? toError(method, issues) : undefined;
}

const roundMethods = new Set(['tools/call', 'prompts/get', 'resources/read', 'tasks/update']);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Says what is wrong with the params of a method. Returns `undefined` if nothing is, or if the method is not known here. */
export function checkParams(method: string, params: unknown): RpcError | undefined {
  const token = (params as { _meta?: { progressToken?: unknown } } | null | undefined)?._meta?.progressToken;
  if (typeof token === 'string' && token.length > maxTokenCharacters) {
    const message = `has more than ${maxTokenCharacters} characters`;
    return toError(method, [{ path: ['_meta', 'progressToken'], message }]);
  }
  if (!Object.hasOwn(paramsTypes, method)) return undefined;
  const { type, isOptional } = paramsTypes[method]!;
  if (params === undefined && isOptional) return undefined;
  const issues = issuesOf(type, params);
  return issues.length > 0 ? toError(method, issues) : undefined;
}

/** The error for params that the SDK refuses and that pass here, which says no more than that. */
export function toMalformed(method: string): RpcError {
  return { code: errorCodes.invalidParams, message: `Malformed params of ${method}` };
}

interface ParamsType {
  type: SpecTypeName;
  isOptional?: boolean;
}

/** A cursor, and `_meta`. */
const listParams: ParamsType = { type: 'PaginatedRequestParams', isOptional: true };

const paramsTypes: Record<string, ParamsType> = {
  initialize: { type: 'InitializeRequestParams' },
  ping: listParams,
  'tools/list': listParams,
  'prompts/list': listParams,
  'resources/list': listParams,
  'resources/templates/list': listParams,
  'tools/call': { type: 'CallToolRequestParams' },
  'prompts/get': { type: 'GetPromptRequestParams' },
  'resources/read': { type: 'ReadResourceRequestParams' },
  'resources/directory/read': { type: 'ReadResourceRequestParams' },
  'skills/list': listParams,
  'skills/get': { type: 'ReadResourceRequestParams' },
  'resources/subscribe': { type: 'SubscribeRequestParams' },
  'resources/unsubscribe': { type: 'UnsubscribeRequestParams' },
  'completion/complete': { type: 'CompleteRequestParams' },
  'logging/setLevel': { type: 'SetLevelRequestParams' },
};

interface Validated {
  issues?: readonly { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] }[];
}

interface Issue {
  path: readonly PropertyKey[];
  message: string;
}

/** The SDK's schemas are of zod, whose issues say what was expected: `Invalid input: expected string, received number`. */
function issuesOf(type: SpecTypeName, value: unknown): Issue[] {
  const validated = specTypeSchemas[type]['~standard'].validate(value) as Validated | Promise<Validated>;
  if (validated instanceof Promise) {
    // These schemas are synchronous. When one overflows the stack, zod tries again asynchronously, and that fails too. Node
    // would end the process if nobody heard of it.
    validated.catch(() => {});
    return [{ path: [], message: 'nested too deeply' }];
  }
  const { issues = [] } = validated;
  return issues.map(({ message, path = [] }) => ({
    message,
    path: path.map((key) => (typeof key === 'object' ? key.key : key)),
  }));
}

const maxIssues = 3;

function toError(method: string, issues: readonly Issue[]): RpcError {
  const told = issues.slice(0, maxIssues).map(toWords).join('; ');
  const { code, message } = toMalformed(shorten(method));
  return { code, message: `${message}: ${told}` };
}

function toWords({ path, message }: Issue): string {
  const where = ['params', ...path.map(toKey)].join('.');
  const [, expected, received] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (expected !== undefined && received === 'undefined') return `${where} is missing`;
  if (expected !== undefined) return `${where} has to be ${toNoun(expected)}, not ${toNoun(received!)}`;
  if (message === 'Invalid input') return `${where} is not valid`;
  return `${where}: ${message.replace(/^Invalid (?:input|option): /, '')}`;
}

function toNoun(type: string): string {
  if (type === 'null') return type;
  const noun = type === 'record' ? 'object' : type;
  return `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** A key may be one that the client chose. */
function toKey(key: PropertyKey): string {
  const text = shorten(String(key));
  return /^[\w-]+$/.test(text) ? text : JSON.stringify(text);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
