import type { AnyTRPCRouter } from '@trpc/server';
import type { McpSettings } from '../meta.ts';
import { isRecord } from '../record.ts';

/** A procedure that the option `tag` is asked about. */
export interface TaggedProcedure<TMeta = unknown> {
  /** Dotted, as tRPC clients call it: `customers.list`. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  /** What `.meta()` says, those of its base procedures included. Read it, and do not change it. */
  meta: TMeta | undefined;
}

/** The option `tag`: says which procedures MCP clients may call, and how they are described. */
export type Tag<TMeta = unknown, Ctx = unknown> = (
  procedure: TaggedProcedure<TMeta>,
) => boolean | Partial<Undefinable<McpSettings<Ctx>>> | undefined;

/** A rule often has nothing to say of one setting: `{ description: meta?.summary }`. */
type Undefinable<TSettings> = { [TKey in keyof TSettings]: TSettings[TKey] | undefined };

/** The meta of a router's procedures. */
export type MetaOf<TRouter extends AnyTRPCRouter> = TRouter['_def']['_config']['$types']['meta'];

/** Thrown when what says whether a procedure is a tool cannot be understood: the option `tag`, or `mcp` in its meta. */
export class TagError extends Error {
  override readonly name = 'TagError';
  readonly code: 'TAG_INVALID' | 'META_UNKNOWN';

  constructor(message: string, code: TagError['code'] = 'TAG_INVALID') {
    super(message);
    this.code = code;
  }
}

/** Asks `tag` about a procedure. Throws a `TagError`, because a procedure must not be exposed by mistake. */
export function askTag(tag: Tag, procedure: TaggedProcedure): boolean | McpSettings | undefined {
  try {
    return readAnswer(tag(procedure));
  } catch (error) {
    // What is returned may also throw when it is read.
    throw error instanceof TagError ? error : new TagError(`tag threw: ${wordsOf(error)}`);
  }
}

function readAnswer(answer: unknown): boolean | McpSettings | undefined {
  if (answer === undefined || typeof answer === 'boolean') return answer;
  if (isPromise(answer)) {
    // Nobody else hears of it when it rejects.
    answer.then(undefined, () => {});
    throw new TagError(`tag returned a Promise, and it is asked while the server is made; ${whatToReturn}`);
  }
  if (isRecord(answer) && isPlain(answer)) return { ...answer };
  throw new TagError(`tag returned ${nameOf(answer)}; ${whatToReturn}`);
}

/** Asks a `tag` once about each procedure, so that it may count, for example. */
export function askOnce(tag: Tag): Tag {
  const answers = new Map<string, ReturnType<Tag>>();
  return (procedure) => {
    const { path } = procedure;
    if (!answers.has(path)) answers.set(path, tag(procedure));
    return answers.get(path);
  };
}

const whatToReturn = 'return true, false, undefined or settings such as { description }';

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return isRecord(value) && typeof value['then'] === 'function';
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { constructor } = value;
  return typeof constructor === 'function' && constructor.name
    ? `a ${constructor.name}`
    : 'an object of a class';
}

function wordsOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'something that cannot be read';
  }
}

/**
 * Makes a `tag` of the meta of trpc-to-openapi: procedures that have `openapi`, and not `enabled: false` in it, become
 * tools. Their `summary`, and below it their `description`, tell the model what they do.
 */
export function fromOpenApiMeta(): (procedure: TaggedProcedure) => McpSettings | undefined {
  return ({ meta }) => {
    const openapi = isRecord(meta) ? meta['openapi'] : undefined;
    if (!isRecord(openapi) || openapi['enabled'] === false) return undefined;
    const words = [openapi['summary'], openapi['description']].filter(isText);
    return words.length === 0
      ? {}
      : { description: [...new Set(words.map((each) => each.trim()))].join('\n\n') };
  };
}

/**
 * Makes a `tag` of the meta of trpc-to-mcp: procedures with `mcp: { enabled: true }` become tools, with their `name` and
 * `description`, and with `transformMcpProcedure` as `toContent`, which must not return a Promise.
 */
export function fromTrpcToMcpMeta(): (procedure: TaggedProcedure) => McpSettings | undefined {
  return ({ meta }) => {
    const mcp = isRecord(meta) ? meta['mcp'] : undefined;
    if (!isRecord(mcp) || mcp['enabled'] !== true) return undefined;
    const { name, description, transformMcpProcedure } = mcp;
    return {
      ...(isText(name) && { name }),
      ...(isText(description) && { description }),
      ...(typeof transformMcpProcedure === 'function' && {
        toContent: transformMcpProcedure as NonNullable<McpSettings['toContent']>,
      }),
    };
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && /\S/.test(value);
}
