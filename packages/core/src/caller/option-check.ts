import { findUnknownOptions } from '../nearest.ts';
import type { HandlerOptions } from '../protocol/options.ts';
import { isRecord } from '../record.ts';
import type { SetupProblem } from '../setup-error.ts';
import type { InProcessOption, ToolCallerOptions } from './options.ts';

/** The names of the options that decide how a router is mounted. All others say who calls. */
export const mountOptions: Readonly<Record<InProcessOption, true>> = {
  server: true,
  tag: true,
  expose: true,
  outputSchemas: true,
  schemas: true,
  outputs: true,
  structured: true,
  files: true,
  discovery: true,
  asTools: true,
  skills: true,
  budget: true,
  toolName: true,
  onCall: true,
  bypass: true,
  listing: true,
  onError: true,
  toError: true,
  errorFormatter: true,
  exposeInternalErrors: true,
  hookTimeoutMs: true,
  timeoutMs: true,
  rateLimit: true,
  result: true,
  store: true,
  secret: true,
  converters: true,
  codecs: true,
  repair: true,
  unknownArguments: true,
  tools: true,
  resources: true,
  prompts: true,
};

const callerOptions = {
  ctx: true,
  createContext: true,
  authInfo: true,
  onElicit: true,
  client: true,
} as const satisfies Record<
  Exclude<keyof ToolCallerOptions, InProcessOption> | 'ctx' | 'createContext',
  true
>;

/** The options of a handler that are for a client on another machine. */
const otherOptions = {
  auth: 'the app says who calls with authInfo and ctx',
  callerId: 'the app says who calls with authInfo',
  tasks: 'whoever calls in process waits for the result',
  return200ForErrors: undefined,
  legacy: undefined,
  sessions: undefined,
  bus: undefined,
  allowedHosts: undefined,
  allowedOrigins: undefined,
  maxBodyBytes: undefined,
  cors: undefined,
  card: undefined,
  fastLane: undefined,
  page: undefined,
  // What `redis()` returns has it, beside a store.
  close: undefined,
} as const satisfies Record<
  Exclude<keyof HandlerOptions, InProcessOption> | 'callerId' | 'close',
  string | undefined
>;

/** Finds what is wrong with the options that are not those of a handler. */
export function checkCallerOptions(options: unknown): SetupProblem[] {
  if (!isRecord(options)) {
    const message = 'they have to be an object, such as { ctx }';
    return [{ code: 'OPTION_INVALID', path: 'options', message }];
  }
  return [...checkNames(options), ...checkContext(options), ...checkCaller(options), ...checkBypass(options)];
}

function checkNames(options: Record<string, unknown>): SetupProblem[] {
  const others = Object.keys(options).filter((name) => Object.hasOwn(otherOptions, name));
  const known = { ...mountOptions, ...callerOptions };
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !others.includes(name)));
  const told = others.map((name): SetupProblem => {
    const why = otherOptions[name as keyof typeof otherOptions];
    const message = `it is for clients of a handler, and means nothing in process; leave it out${why ? `: ${why}` : ''}`;
    return { code: 'OPTION_UNKNOWN', path: name, message };
  });
  return [...told, ...findUnknownOptions([['', rest, known]])];
}

function checkContext(options: Record<string, unknown>): SetupProblem[] {
  const problem = (path: string, message: string): SetupProblem[] => [
    { code: 'CONTEXT_MISSING', path, message },
  ];
  const has = (name: string) => Object.hasOwn(options, name);
  if (has('ctx') && has('createContext'))
    return problem('ctx', 'there is createContext too; give one of the two');
  const { ctx, createContext } = options;
  if (has('ctx') && (ctx === undefined || ctx === null)) {
    const message = `it is ${String(ctx)}; pass the context of whoever the agent acts for, or leave it out if the procedures need none`;
    return problem('ctx', message);
  }
  if (has('createContext') && typeof createContext !== 'function')
    return problem('createContext', 'it has to be a function that makes the context of { info, mcp }');
  return [];
}

function checkCaller({ authInfo, onElicit, client }: Record<string, unknown>): SetupProblem[] {
  const problem = (path: string, message: string): SetupProblem => ({
    code: 'OPTION_INVALID',
    path,
    message,
  });
  const problems: SetupProblem[] = [];
  if (authInfo !== undefined && !isRecord(authInfo))
    problems.push(problem('authInfo', 'it has to be an object, such as { subject, scopes }'));
  const scopes = isRecord(authInfo) ? authInfo['scopes'] : undefined;
  if (scopes !== undefined && !(Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string')))
    problems.push(problem('authInfo.scopes', 'it has to be a list of strings'));
  if (onElicit !== undefined && typeof onElicit !== 'function')
    problems.push(problem('onElicit', 'it has to be a function that answers a question'));
  const isNamed = isRecord(client) && [client['name'], client['version']].every(isText);
  if (client !== undefined && !isNamed)
    problems.push(problem('client', 'it has to be { name, version }, which are strings'));
  return problems;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** A bypass skips the middleware that finds out who calls, so that something else has to say it. */
function checkBypass({ bypass, authInfo }: Record<string, unknown>): SetupProblem[] {
  const isUsed = isRecord(bypass) && (bypass['authentication'] === true || bypass['permissions'] === true);
  if (!isUsed || authInfo !== undefined) return [];
  const message = 'it skips middleware, and nothing else says who is calling; set authInfo';
  return [{ code: 'BYPASS_WITHOUT_AUTH', path: 'bypass', message }];
}
