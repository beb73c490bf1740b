import type { StandardSchemaV1 } from '@modelcontextprotocol/server';
import { type AnyTRPCRouter, initTRPC } from '@trpc/server';
import type { McpMeta, McpResource, McpSettings } from '../meta.ts';
import { parseUriTemplate } from './uri-template.ts';

/** What `run` of an own tool, resource or prompt is given. */
export interface OwnCall<TInput = any> {
  /** The arguments, as the schema parsed them. */
  input: TInput;
  /** What `createContext` made. */
  ctx: any;
  /** Aborts when the client cancels the call or its time is over. */
  signal: AbortSignal | undefined;
}

interface Own<TSchema extends StandardSchemaV1 | undefined, TAbsent = undefined> extends Omit<
  McpSettings,
  'name' | 'tool' | 'resource' | 'prompt' | 'input' | 'output' | 'annotations'
> {
  /** The name under which clients call it. It has to differ from all others of its kind, also from those of procedures. */
  name: string;
  /** The schema of the arguments: a Standard Schema of zod, arktype, or the SDK's `fromJsonSchema`. By default there are none. */
  input?: TSchema;
  /** May return what a procedure of the same kind may return, and throw a `TRPCError`. */
  run: (call: OwnCall<InputOf<TSchema, TAbsent>>) => unknown;
}

type InputOf<TSchema, TAbsent> = TSchema extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<TSchema>
  : TAbsent;

/** A tool that is made without tRPC. */
export interface OwnTool<TSchema extends StandardSchemaV1 | undefined = any> extends Own<TSchema> {
  /** The Standard Schema of what it returns. */
  output?: StandardSchemaV1;
  /** Hints for clients. With `readOnlyHint` the tool is a query. By default it is a mutation. */
  annotations?: McpSettings['annotations'];
}

/**
 * A resource that is made without tRPC. Variables of its URI are strings, unless `input` has another schema for them. A
 * variable of the URI's query is missing when the client leaves it out.
 */
export interface OwnResource<TSchema extends StandardSchemaV1 | undefined = any>
  extends
    Omit<Own<TSchema, Record<string, string>>, 'toContent' | 'structured' | 'stream' | 'icons' | '_meta'>,
    Omit<McpResource, 'name' | 'title' | 'description'> {}

/** A prompt that is made without tRPC. */
export interface OwnPrompt<TSchema extends StandardSchemaV1 | undefined = any> extends Omit<
  Own<TSchema>,
  'toContent' | 'structured' | 'stream'
> {}

/** Tools, resources and prompts that are served beside the router's procedures. */
export interface OwnItems {
  /** Tools without a procedure. `mcpTool` types them. */
  tools?: readonly OwnTool[] | undefined;
  /** Resources without a procedure. `mcpResource` types them. */
  resources?: readonly OwnResource[] | undefined;
  /** Prompts without a procedure. `mcpPrompt` types them. */
  prompts?: readonly OwnPrompt[] | undefined;
}

/** Types the call of an own tool by its schema: `tools: [mcpTool({ … })]`. */
export function mcpTool<TSchema extends StandardSchemaV1 | undefined = undefined>(
  tool: OwnTool<TSchema>,
): OwnTool<TSchema> {
  return tool;
}

/** Types the call of an own resource by its schema. */
export function mcpResource<TSchema extends StandardSchemaV1 | undefined = undefined>(
  resource: OwnResource<TSchema>,
): OwnResource<TSchema> {
  return resource;
}

/** Types the call of an own prompt by its schema. */
export function mcpPrompt<TSchema extends StandardSchemaV1 | undefined = undefined>(
  prompt: OwnPrompt<TSchema>,
): OwnPrompt<TSchema> {
  return prompt;
}

const t = initTRPC.context<any>().meta<McpMeta>().create();

/** Makes a router of the own items, so that they are checked, listed and called in the same way as the app's procedures. */
export function toOwnRouter({ tools = [], resources = [], prompts = [] }: OwnItems): AnyTRPCRouter {
  const router = t.router({
    tools: byName(tools, ({ input, output, run, ...settings }) => {
      const procedure = toBuilder(settings as McpSettings, input, output);
      return settings.annotations?.readOnlyHint ? procedure.query(run) : procedure.mutation(run);
    }),
    resources: byName(
      resources,
      ({ input, run, uri, mimeType, size, annotations, list, _meta, ...settings }) => {
        const resource = dropUndefined({ uri, mimeType, size, annotations, list, _meta }) as McpResource;
        const schema = input ? undefined : variablesSchema(uri);
        const mcp = { ...settings, resource, ...(schema && { input: schema }) };
        // Without variables, `input` is an empty object rather than `undefined`.
        const read = input ? run : (call: OwnCall) => run({ ...call, input: call.input ?? {} });
        return toBuilder(mcp, input ?? (schema && asIs)).query(read);
      },
    ),
    prompts: byName(prompts, ({ input, run, _meta, ...settings }) =>
      toBuilder({ ...settings, prompt: dropUndefined({ _meta }) }, input).query(run),
    ),
  });
  made.add(router);
  return router;
}

const made = new WeakSet<AnyTRPCRouter>();

/** Whether a router was made of own items, so that its paths are none of the app's. */
export function isOwnRouter(router: AnyTRPCRouter): boolean {
  return made.has(router);
}

function toBuilder(mcp: McpSettings, input?: unknown, output?: unknown): typeof t.procedure {
  // A name that no tool can have is reported as such.
  const isLegal = /^[\w-]+$/.test(mcp.name!);
  const bare = t.procedure.meta({ mcp: { ...(isLegal && { toolset: mcp.name! }), ...dropUndefined(mcp) } });
  // Casts: `OwnTool` and its siblings type the input and output already.
  const taking = (input ? bare.input(input as StandardSchemaV1) : bare) as typeof bare;
  return (output ? taking.output(output as StandardSchemaV1) : taking) as typeof bare;
}

/** Names that cannot be keys of a router. */
const reserved = new Set(['then', 'call', 'apply', '__proto__']);

/** Makes a record by name. The second item of one name gets another key, so that the catalog can report the clash. */
function byName<TItem extends { name: string }, TProcedure>(
  items: readonly TItem[],
  make: (item: TItem) => TProcedure,
): Record<string, TProcedure> {
  const record: Record<string, TProcedure> = {};
  for (const [index, item] of items.entries()) {
    const isFree = !reserved.has(item.name) && !Object.hasOwn(record, item.name);
    const key = isFree ? item.name : `${item.name}#${index}`;
    record[key] = make(item);
  }
  return record;
}

function variablesSchema(uri: string): object | undefined {
  try {
    const { variables, needed } = parseUriTemplate(uri);
    if (variables.length === 0) return undefined;
    const properties = Object.fromEntries(variables.map((name) => [name, { type: 'string' }]));
    return { type: 'object', properties, required: needed, additionalProperties: false };
  } catch {
    // The catalog reports what is wrong with the URI.
    return undefined;
  }
}

function asIs(value: unknown): unknown {
  return value;
}

function dropUndefined<TObject extends object>(object: TObject): Partial<TObject> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Partial<TObject>;
}
