import type { McpIcon, McpPrompt, McpSettings } from '../meta.ts';
import { WireError } from '../schema/wire-error.ts';
import type { Callable } from './callable.ts';
import { type Completer, toFreeCompleters } from './complete.ts';
import { describe, titleOf } from './description.ts';
import type { Era } from './era.ts';
import { metaOf } from './hints.ts';

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
  const completers = toFreeCompleters(input.schema);
  const args = Object.entries(properties).map(([argument, schema]) => {
    const values = completers.get(argument);
    const told = Array.isArray(values) ? valuesText(values) : '';
    const said = [told === '' ? schema.description : asSentence(schema.description), told]
      .filter(Boolean)
      .join(' ');
    return {
      name: argument,
      ...(schema.title !== undefined && { title: schema.title }),
      ...(said !== '' && { description: said }),
      required: required.includes(argument),
    };
  });
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
    input: input.takesInput ? input : { ...input, decode: refuseAny },
    kind: 'prompt',
    complete: settings.complete ?? {},
    completers,
    listed: { modern: listed, legacy: listed },
  };
}

/** A person fills in the arguments of a prompt. For one that takes none, they are a mistake. */
function refuseAny(args: unknown): undefined {
  const [key] = Object.keys(args ?? {});
  if (key !== undefined) throw new WireError('this prompt takes no arguments; leave it out', [key]);
  return undefined;
}

/** Ends a description, where a sentence follows it. */
function asSentence(description: string | undefined): string | undefined {
  return description && /[\p{L}\p{N})"'`]$/u.test(description) ? `${description}.` : description;
}

const maxValuesTold = 50;

/** The protocol has no schema for the arguments of a prompt, so their values are told in words. */
function valuesText(values: readonly string[]): string {
  if (values.length === 1) return `It has to be: ${values[0]}.`;
  const told = values.slice(0, maxValuesTold).join(', ');
  return `One of: ${told}${values.length > maxValuesTold ? ', …' : ''}.`;
}
