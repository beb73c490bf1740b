import type { McpSettings } from '../meta.ts';
import type { SchemaOptions } from '../schema/input.ts';
import { compileOutput } from '../schema/output.ts';
import { SchemaProblem } from '../schema/problem.ts';
import { findInvalid } from '../schema/validity.ts';
import type { SetupProblem } from '../setup-error.ts';
import { type Callable, type OutputOptions, toCallable } from './callable.ts';
import { toName } from './name.ts';
import { type Prompt, toPrompt } from './prompt.ts';
import { type Resource, toResource } from './resource.ts';
import { findUnknownSetting } from './setting-keys.ts';
import { type Tool, type ToolOptions, toTool } from './tool.ts';
import type { Procedure } from './walk.ts';

/** Anything that a client can ask for by name or URI. */
export type Item = Tool | Resource | Prompt;

export interface ItemOptions extends SchemaOptions, ToolOptions, OutputOptions {
  toolName?: ((path: string) => string) | undefined;
  files?: FileOptions | undefined;
}

/** How the files of results are sent. */
export interface FileOptions {
  /**
   * The size in bytes above which a file is sent as a link, if the procedure is a resource too and returns nothing but the
   * file. 32,000 by default; `0` always links, `Infinity` never does.
   */
  linkOver?: number;
}

const defaultLinkOver = 32_000;

/** Makes the tool, the resource and the prompt that a procedure's settings ask for, or returns what prevents it. */
export function toItems(procedure: Procedure, options: ItemOptions): (Item | SetupProblem)[] {
  const { path, settings } = procedure;
  const problem = findWrongSetting(procedure);
  if (problem) return [{ path, ...problem }];
  try {
    const { tool = !settings.resource && !settings.prompt, resource, prompt } = settings;
    const items: (Item | SetupProblem)[] = [];
    let made: Tool | undefined;
    if (tool) {
      made = toTool(
        toCallable(procedure, nameOfItem(procedure, 'tool', options), options),
        withItemSchema(procedure, options),
        options,
      );
      items.push(invalidSchemaOf(made) ?? made);
    }
    // Clients send these arguments as text, which is converted to what the query takes wherever that is possible.
    const textual = { ...options, repair: true, outputs: undefined };
    if (resource) {
      const readable = toResource(
        toCallable(procedure, nameOfItem(procedure, 'resource', options), textual),
        settings,
      );
      if (made) made.link = { resource: readable, over: options.files?.linkOver ?? defaultLinkOver };
      items.push(readable);
    }
    if (prompt) {
      items.push(
        toPrompt(toCallable(procedure, nameOfItem(procedure, 'prompt', options), textual), settings),
      );
    }
    return items;
  } catch (error) {
    return [toItemProblem(path, error)];
  }
}

/** Makes the problem of a procedure of what was thrown while its items were made. */
export function toItemProblem(path: string, thrown: unknown): SetupProblem {
  if (thrown instanceof SchemaProblem) return { code: thrown.code, path, message: thrown.message };
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'TOOL_FAILED', path, message: `no tool could be made of this procedure: ${reason}` };
}

/** The name of what is made of a procedure. */
export function nameOfItem(
  { path, settings: { name, resource, prompt } }: Procedure,
  kind: Item['kind'],
  { toolName = toName }: ItemOptions,
): string {
  const own = {
    tool: undefined,
    resource: resource?.name,
    prompt: typeof prompt === 'object' ? prompt.name : undefined,
  };
  return own[kind] ?? name ?? toolName(path);
}

/** Checks what is published. A client may refuse the whole list because of one schema that is not valid. */
function invalidSchemaOf({ path, listed: { modern, legacy } }: Tool): SetupProblem | undefined {
  // Both eras mostly have the same schema.
  const outputs = new Set([modern.outputSchema, legacy.outputSchema]);
  const schemas = { input: [modern.inputSchema], output: [...outputs] };
  for (const [side, published] of Object.entries(schemas)) {
    const found = published.map((schema) => schema && findInvalid(schema)).find((each) => each !== undefined);
    if (found === undefined) continue;
    const message = `its ${side} is published as a JSON Schema that is not valid: ${found}; correct it where it is written, in mcp.${side} or in a codec, or set mcp.${side}`;
    return { code: 'SCHEMA_INVALID', path, message };
  }
  return undefined;
}

/** Finds a setting that does not fit the procedure. */
export function findWrongSetting({
  type,
  settings,
  isServerAction,
}: Procedure): Omit<SetupProblem, 'path'> | undefined {
  if (isServerAction) {
    return {
      code: 'EXPERIMENTAL_CALLER',
      message:
        'a procedure made with experimental_caller makes its own context, so it cannot run with the context of the request; tag a procedure that is made without it',
    };
  }
  const unknown = findUnknownSetting(settings);
  if (unknown !== undefined) return { code: 'META_UNKNOWN', message: unknown };
  const { tool, resource, prompt, complete, stream, timeoutMs } = settings;
  if (tool === false && !resource && !prompt) {
    const message =
      'mcp.tool is false, and the procedure is neither a resource nor a prompt; remove mcp, or make it one of them';
    return { code: 'EXPOSES_NOTHING', message };
  }
  if ((resource || prompt) && type !== 'query') {
    const message = `only a query can be a ${resource ? 'resource' : 'prompt'}, and this is a ${type}`;
    return { code: 'NOT_A_QUERY', message };
  }
  if (complete && !resource && !prompt) {
    const message = 'mcp.complete completes resources and prompts, and this procedure is neither; remove it';
    return { code: 'COMPLETE_UNUSED', message };
  }
  const { dryRun, idempotent, confirm, rateLimit } = settings;
  if ((dryRun !== undefined || idempotent) && type !== 'mutation') {
    const message = `mcp.${idempotent ? 'idempotent' : 'dryRun'} is for mutations, and this is a ${type}; remove it`;
    return { code: 'NOT_A_MUTATION', message };
  }
  if (confirm !== undefined && (resource || prompt) && !tool) {
    const message = 'mcp.confirm asks before a tool runs, and this procedure is not a tool; remove it';
    return { code: 'CONFIRM_UNUSED', message };
  }
  // An app without types may leave out what the types require.
  const limits: Record<string, number | string | undefined> = {
    ...(rateLimit && {
      'rateLimit.points': rateLimit.points ?? 'missing',
      'rateLimit.durationMs': rateLimit.durationMs ?? 'missing',
    }),
    'stream.maxItems': stream?.maxItems,
    'stream.maxMs': stream?.maxMs,
    timeoutMs,
  };
  const wrong = Object.entries(limits).find(([, limit]) => limit !== undefined && !(Number(limit) > 0));
  if (!wrong) return undefined;
  return { code: 'LIMIT_INVALID', message: `mcp.${wrong[0]} is ${wrong[1]}; it has to be more than 0` };
}

/** For a stream, `output` is the schema of one of its values: the converted schema takes its place here. */
function withItemSchema({ type, settings }: Procedure, options: ItemOptions): McpSettings {
  const isStreamed = type === 'subscription' || settings.stream !== undefined;
  if (!isStreamed || settings.output === undefined) return settings;
  return { ...settings, output: compileOutput(undefined, { ...options, override: settings.output }).schema };
}

/** Prepares a query that another procedure names, in `complete` for example. */
export function toNamedCallable(procedure: Procedure, options: ItemOptions): Callable | SetupProblem {
  const { path, type } = procedure;
  if (type !== 'query') return { code: 'NOT_A_QUERY', path, message: `it is a ${type}` };
  try {
    // What calls it has arguments of its own, of which the query may take only some.
    const settings = { ...procedure.settings, unknownArguments: 'pass' as const };
    return toCallable({ ...procedure, settings }, path, { ...options, repair: true, outputs: undefined });
  } catch (error) {
    return toItemProblem(path, error);
  }
}
