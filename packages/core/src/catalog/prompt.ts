import type { McpIcon, McpPrompt, McpSettings } from '../meta.ts';
import type { Callable } from './callable.ts';
import { type Completer, toFreeCompleters } from './complete.ts';
import { type Era, describe, metaOf, titleOf } from './tool.ts';

/** A query as a prompt. */
export interface Prompt extends Callable {
  kind: 'prompt';
  /** The paths of the queries that complete its arguments. */
  complete: Record<string, string>;
  completers: Map<string, Completer>;
  /** Its entry in `prompts/list`. */
  listed: Record<Era, ListedPrompt>;
}

/** @see https://modelcontextprotocol.io/specification/2026-07-28/server/prompts#prompt */
export interface ListedPrompt {
  name: string;
  title: string;
  description: string;
  arguments?: { name: string; description?: string; required: boolean }[];
  icons?: McpIcon[];
  _meta?: Record<string, unknown>;
}

/** Makes a prompt of a query. */
export function toPrompt(callable: Callable, settings: McpSettings): Prompt {
  const own: McpPrompt = typeof settings.prompt === 'object' ? settings.prompt : {};
  const { name, path, input, scopes } = callable;
  const { properties = {}, required = [], title, description } = input.schema;
  const args = Object.entries(properties).map(([argument, schema]) => ({
    name: argument,
    ...(schema.title !== undefined && { title: schema.title }),
    ...(schema.description !== undefined && { description: schema.description }),
    required: required.includes(argument),
  }));
  const icons = own.icons ?? settings.icons;
  const text = { ...settings, description: own.description ?? settings.description! };
  const listed: ListedPrompt = {
    name,
    title: own.title ?? settings.title ?? title ?? titleOf(path),
    description: describe(text, description ?? `A prompt that the query "${path}" of this app writes.`),
    ...(args.length > 0 && { arguments: args }),
    ...(icons && { icons }),
    ...metaOf(own._meta, scopes),
  };
  return {
    ...callable,
    kind: 'prompt',
    complete: settings.complete ?? {},
    completers: toFreeCompleters(input.schema),
    listed: { modern: listed, legacy: listed },
  };
}
