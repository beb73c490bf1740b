import type { AnyTRPCProcedure } from '@trpc/server';
import type { McpAnnotations, McpIcon, McpSettings } from '../meta.ts';
import { compileInput, type Input, type SchemaOptions } from '../schema/input.ts';
import type { JsonObjectSchema, JsonSchema } from '../schema/json-schema.ts';
import { compileOutput, type Output } from '../schema/output.ts';
import { SchemaProblem } from '../schema/problem.ts';
import type { SetupProblem } from '../setup-error.ts';
import type { BypassKind } from './bypassable.ts';
import { toName } from './name.ts';
import type { Procedure } from './walk.ts';

/** `modern` speaks revision 2026-07-28, `legacy` the ones before it. The SDK's words. */
export type Era = 'modern' | 'legacy';

/** A procedure as a tool: everything about it that is known before it is called. */
export interface Tool {
  name: string;
  /** The procedure's dotted path. */
  path: string;
  type: 'query' | 'mutation';
  procedure: AnyTRPCProcedure;
  input: Input;
  output: Output;
  /** What a caller's credential has to carry. */
  scopes: readonly string[];
  visible: McpSettings['visible'];
  errorHint: McpSettings['errorHint'];
  toContent: McpSettings['toContent'];
  bypassKinds: readonly BypassKind[];
  /** What `tools/list` says of it. */
  listed: Record<Era, ListedTool>;
}

/** @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#tool */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonObjectSchema;
  outputSchema?: JsonSchema;
  annotations: McpAnnotations;
  icons?: McpIcon[];
  _meta?: Record<string, unknown>;
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
  input: true,
  output: true,
  toContent: true,
} satisfies Record<keyof McpSettings, true>;

export interface ToolOptions extends SchemaOptions {
  toolName?: ((path: string) => string) | undefined;
}

/** Makes a tool of a procedure, or says what stands in the way. */
export function toTool(procedure: Procedure, options: ToolOptions): Tool | SetupProblem[] {
  const { path, type, settings } = procedure;
  const { scopes = [] } = settings;
  const problem = (code: string, message: string): SetupProblem[] => [{ code, path, message }];
  if (type === 'subscription') {
    return problem(
      'SUBSCRIPTION',
      'a subscription cannot be a tool yet; take mcp out of its meta, or tag a query that returns the same data',
    );
  }
  if (procedure.isServerAction) {
    return problem(
      'EXPERIMENTAL_CALLER',
      'a procedure made with experimental_caller makes its own context and cannot be called with the request’s; tag one that is made without it',
    );
  }
  const unknownKey =
    typeof settings === 'object' && Object.keys(settings).find((key) => !(key in settingKeys));
  if (unknownKey) {
    return problem(
      'META_UNKNOWN',
      `mcp.${unknownKey} is no setting; there are ${Object.keys(settingKeys).join(', ')}`,
    );
  }
  try {
    const input = compileInput(procedure.inputs, { ...options, override: settings.input });
    const output = compileOutput(procedure.output, { ...options, override: settings.output });
    const name = settings.name ?? (options.toolName ?? toName)(path);
    const common = {
      name,
      title: settings.title ?? input.schema.title ?? titleOf(path),
      description: describe(settings, input.schema.description ?? descriptionOf(path, type)),
      inputSchema: input.schema,
      annotations: annotationsOf(type, settings.annotations),
      ...(settings.icons && { icons: settings.icons }),
      ...((settings._meta || scopes.length > 0) && {
        _meta: { ...settings._meta, ...(scopes.length > 0 && { scopes }) },
      }),
    };
    return {
      name,
      path,
      type,
      procedure: procedure.procedure,
      input,
      output,
      scopes,
      visible: settings.visible,
      errorHint: settings.errorHint,
      toContent: settings.toContent,
      bypassKinds: procedure.bypassKinds,
      listed: {
        modern: { ...common, ...(output.schema && { outputSchema: output.schema }) },
        legacy: { ...common, ...(output.legacySchema && { outputSchema: output.legacySchema }) },
      },
    };
  } catch (error) {
    if (error instanceof SchemaProblem) return problem(error.code, error.message);
    return problem(
      'TOOL_FAILED',
      `no tool could be made of it: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The description, and what else a model has to know before it calls. */
function describe({ description, instructions, scopes }: McpSettings, fallback: string): string {
  const parts = [description ?? fallback, instructions, scopes && `Needs the scopes: ${scopes.join(', ')}.`];
  return parts.filter(Boolean).join('\n\n');
}

/** `customers.findByEmail` → `Customers: find by email`. */
function titleOf(path: string): string {
  const words = path
    .split('.')
    .map((segment) => segment.replace(/[_-]+|(?<=[a-z\d])(?=[A-Z])/g, ' ').toLowerCase());
  const title = words.length > 1 ? `${words.slice(0, -1).join(', ')}: ${words.at(-1)}` : words[0]!;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function descriptionOf(path: string, type: 'query' | 'mutation'): string {
  const effect = type === 'query' ? 'It reads data and changes nothing' : 'It may change data';
  return `Calls the ${type} "${path}" of this app. ${effect}.`;
}

/** A mutation may destroy until its author says otherwise. The hint means nothing for what only reads. */
function annotationsOf(type: 'query' | 'mutation', own: McpAnnotations = {}): McpAnnotations {
  const readOnlyHint = own.readOnlyHint ?? type === 'query';
  return { readOnlyHint, ...(!readOnlyHint && { destructiveHint: true }), ...own };
}
