import type { McpSettings } from '../meta.ts';
import type { SchemaOptions } from '../schema/input.ts';
import { compileOutput } from '../schema/output.ts';
import { SchemaProblem } from '../schema/problem.ts';
import type { SetupProblem } from '../setup-error.ts';
import { type Callable, toCallable } from './callable.ts';
import { toName } from './name.ts';
import { type Prompt, toPrompt } from './prompt.ts';
import { type Resource, toResource } from './resource.ts';
import { type Tool, toTool } from './tool.ts';
import type { Procedure } from './walk.ts';

/** Whatever a client can ask for by name. */
export type Item = Tool | Resource | Prompt;

export interface ItemOptions extends SchemaOptions {
  toolName?: ((path: string) => string) | undefined;
}

const settingKeys = {
  name: true,
  title: true,
  description: true,
  annotations: true,
  icons: true,
  _meta: true,
  instructions: true,
  scopes: true,
  visible: true,
  errorHint: true,
  timeoutMs: true,
  input: true,
  output: true,
  toContent: true,
  tool: true,
  resource: true,
  prompt: true,
  complete: true,
  stream: true,
  confirm: true,
  confirmFallback: true,
  rateLimit: true,
  dryRun: true,
  idempotent: true,
} satisfies Record<keyof McpSettings, true>;

/** Makes of a procedure all that its settings say it is, or says what stands in the way. */
export function toItems(procedure: Procedure, options: ItemOptions): Item[] | SetupProblem[] {
  const { path, settings } = procedure;
  const problem = problemOf(procedure);
  if (problem) return [{ path, ...problem }];
  try {
    const { tool = !settings.resource && !settings.prompt, resource, prompt } = settings;
    const items: Item[] = [];
    const name = settings.name ?? (options.toolName ?? toName)(path);
    if (tool) items.push(toTool(toCallable(procedure, name, options), withItemSchema(procedure, options)));
    // What they are given is text: it has to be read as what the query takes, wherever it can be.
    const textual = { ...options, repair: true };
    if (resource) {
      items.push(toResource(toCallable(procedure, resource.name ?? name, textual), settings));
    }
    if (prompt) {
      const own = typeof prompt === 'object' ? prompt.name : undefined;
      items.push(toPrompt(toCallable(procedure, own ?? name, textual), settings));
    }
    return items;
  } catch (error) {
    if (error instanceof SchemaProblem) return [{ code: error.code, path, message: error.message }];
    const reason = error instanceof Error ? error.message : String(error);
    return [{ code: 'TOOL_FAILED', path, message: `no tool could be made of it: ${reason}` }];
  }
}

/** What a procedure is told to be that it cannot be. */
function problemOf({ type, settings, isServerAction }: Procedure): Omit<SetupProblem, 'path'> | undefined {
  if (isServerAction) {
    return {
      code: 'EXPERIMENTAL_CALLER',
      message:
        'a procedure made with experimental_caller makes its own context and cannot be called with the request’s; tag one that is made without it',
    };
  }
  const unknownKey =
    typeof settings === 'object' && Object.keys(settings).find((key) => !(key in settingKeys));
  if (unknownKey) {
    const message = `mcp.${unknownKey} is no setting; there are ${Object.keys(settingKeys).join(', ')}`;
    return { code: 'META_UNKNOWN', message };
  }
  const { tool, resource, prompt, complete, stream, timeoutMs } = settings;
  if (tool === false && !resource && !prompt) {
    const message =
      'mcp.tool is false, and it is no resource and no prompt; take mcp out, or make it one of them';
    return { code: 'EXPOSES_NOTHING', message };
  }
  if ((resource || prompt) && type !== 'query') {
    const message = `only a query can be a ${resource ? 'resource' : 'prompt'}, and this is a ${type}`;
    return { code: 'NOT_A_QUERY', message };
  }
  if (complete && !resource && !prompt) {
    const message = 'mcp.complete completes resources and prompts, and this is neither; take it out';
    return { code: 'COMPLETE_UNUSED', message };
  }
  const { dryRun, idempotent, confirm, rateLimit } = settings;
  if ((dryRun !== undefined || idempotent) && type !== 'mutation') {
    const message = `mcp.${idempotent ? 'idempotent' : 'dryRun'} is for mutations, and this is a ${type}; take it out`;
    return { code: 'NOT_A_MUTATION', message };
  }
  if (confirm !== undefined && (resource || prompt) && !tool) {
    const message = 'mcp.confirm asks before a tool runs, and this is none; take it out';
    return { code: 'CONFIRM_UNUSED', message };
  }
  const limits = {
    'rateLimit.points': rateLimit?.points,
    'rateLimit.duration': rateLimit?.duration,
    'stream.maxItems': stream?.maxItems,
    'stream.maxSeconds': stream?.maxSeconds,
    timeoutMs,
  };
  const wrong = Object.entries(limits).find(([, limit]) => limit !== undefined && !(limit > 0));
  return (
    wrong && { code: 'LIMIT_INVALID', message: `mcp.${wrong[0]} is ${wrong[1]}; it has to be more than 0` }
  );
}

/** What `output` says of a stream is the schema of one of its values. */
function withItemSchema({ type, settings }: Procedure, options: ItemOptions): McpSettings {
  const isStreamed = type === 'subscription' || settings.stream !== undefined;
  if (!isStreamed || settings.output === undefined) return settings;
  return { ...settings, output: compileOutput(undefined, { ...options, override: settings.output }).schema };
}

/** Makes the query that another procedure names ready to be called. */
export function toNamedCallable(procedure: Procedure, options: ItemOptions): Callable | SetupProblem {
  const { path, type } = procedure;
  if (type !== 'query') return { code: 'NOT_A_QUERY', path, message: `it is a ${type}` };
  try {
    return toCallable(procedure, path, { ...options, repair: true });
  } catch (error) {
    if (error instanceof SchemaProblem) return { code: error.code, path, message: error.message };
    throw error;
  }
}
