import type { McpAnnotations, McpIcon, McpResultSettings, McpSettings, Structured } from '../meta.ts';
import type { Input } from '../schema/input.ts';
import type { JsonObjectSchema, JsonSchema } from '../schema/json-schema.ts';
import { loosen, withMore } from '../schema/loosen.ts';
import { findRecursion } from '../schema/refs.ts';
import { estimateTokens } from '../tokens.ts';
import { toLegalNames } from './argument-name.ts';
import type { Callable } from './callable.ts';
import type { Resource } from './resource.ts';
import { describe, descriptionOf, titleOf } from './description.ts';
import type { Era } from './era.ts';
import { toConfirm } from './confirm.ts';
import { extendInput, type ExtraOptions, namesOfExtras } from './extra.ts';
import {
  type AuthRules,
  metaOf,
  securitySchemesOf,
  type SecurityScheme,
  toHints,
  toSecuritySchemes,
} from './hints.ts';
import { describePaging, hideDirection } from './paging.ts';
import { type ParamHeader, toParamHeaders } from './param-header.ts';
import { type Portion, toPortion } from './portion.ts';
import { renameInput } from './rename.ts';
import { toResultSettings } from './result-settings.ts';
import { type TaskRules, toTaskRules } from './task.ts';
import { toInferredStreamSchema, toStreamSchema } from './stream-schema.ts';

/** A procedure as a tool. */
export interface Tool extends Callable {
  kind: 'tool';
  toContent: McpSettings['toContent'];
  /** When results have structured content. */
  structured: Structured;
  /**
   * Whether the text of files may stand in structured content too. A schema of the app's own may name all keys that there are
   * at a file.
   */
  mayTellTexts: boolean;
  /** The arguments that are added to those of the procedure. */
  extras: ExtraOptions;
  /** How much of its result it gives at once. `undefined` if it gives all of it. */
  portion: Portion | undefined;
  /** Whether structured content has a place for what was left out of it. */
  hasMore: Record<Era, boolean>;
  /** The resource that large files of this tool are read from, if the same procedure is one. */
  link: FileLink | undefined;
  /** Whether calls with the same `_idempotencyKey` run only once. */
  isIdempotent: boolean;
  /** How its calls become tasks. `undefined` if they never do. */
  task: TaskRules | undefined;
  /** Whether clients that search for tools should have it at hand from the start. */
  pinned: boolean;
  /** Further words by which a search finds it. */
  keywords: readonly string[];
  /** The path of the query that says what a call would do. */
  dryRun: string | undefined;
  /** The query at `dryRun`, when it was found. */
  dryRunner: Tool | undefined;
  /** The arguments that a client of revision 2026-07-28 also sends as headers. */
  paramHeaders: readonly ParamHeader[];
  /** The arguments of the procedure, before others were added. */
  own: Input;
  /** The schema of its whole result, listed or not. `undefined` if nothing is known. */
  whole: JsonSchema | undefined;
  /** What its developer should know, in whole sentences: they are printed in development. */
  notes: readonly string[];
  /** Its entry in `tools/list`. */
  listed: Record<Era, ListedTool>;
}

/** Where a file that is larger than `over` bytes is read from, in place of being sent. */
export interface FileLink {
  resource: Resource;
  over: number;
}

/** What the handler says of results, for tools that do not say it themselves. */
export interface ResultOptions {
  structured?: Structured | undefined;
  outputSchemas?: boolean | 'small' | undefined;
  result?: McpResultSettings | undefined;
}

/** What the handler says of all tools. */
export interface ToolOptions extends ResultOptions {
  /** The handler's option `auth`. Only callers who are authenticated with it have scopes. */
  auth?: AuthRules | undefined;
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
  /** Not of the specification: ChatGPT reads it. */
  securitySchemes?: readonly SecurityScheme[];
  _meta?: Record<string, unknown>;
}

/** Makes a tool of a procedure. Throws a `SchemaProblem` when a schema does not allow it. */
export function toTool(callable: Callable, settings: McpSettings, options: ToolOptions = {}): Tool {
  const { output, path, type, scopes, stream, item } = callable;
  const { dryRun, idempotent: isIdempotent = false, pinned = false, keywords = [], toContent } = settings;
  const structured = settings.structured ?? options.structured ?? 'auto';
  const portion = toPortion(callable, settings, toResultSettings(options.result, settings.result));
  const extras: ExtraOptions = {
    dryRun: dryRun !== undefined,
    idempotent: isIdempotent,
    fields: portion?.fields ?? false,
    cursor: portion?.hasHandle ?? false,
  };
  // A schema that the app wrote is listed as it is.
  const shown = settings.input === undefined ? hideDirection(callable.input) : callable.input;
  const own = withLegalNames(shown, extras);
  const input = extendInput(own, extras);
  const title = settings.title ?? input.schema.title ?? titleOf(path);
  const meta = metaOf(settings._meta, scopes, {
    ...toHints(settings, toSecuritySchemes(scopes, options.auth), own.fileArguments),
    ...sizeHintOf(portion),
  });
  const common = {
    name: callable.name,
    title,
    description: describe(settings, input.schema.description ?? descriptionOf(path, type), {
      stream,
      paging: type === 'query' ? describePaging(input.schema, output.schema, settings) : undefined,
    }),
    inputSchema: input.schema,
    annotations: annotationsOf(type, settings.annotations),
    ...(settings.icons && { icons: settings.icons }),
    ...securitySchemesOf(meta._meta),
    ...meta,
  };
  // For a stream, `output` is the JSON Schema of one value.
  const streamSchema =
    stream &&
    (item ? toInferredStreamSchema(item) : toStreamSchema(settings.output as JsonSchema | undefined));
  // Where a schema is listed, clients refuse a result without structured content, and one that does not follow the schema. A
  // dry run returns something else.
  const mayList =
    dryRun === undefined &&
    !portion?.isTsv &&
    (structured === 'always' || (structured === 'auto' && !toContent && !output.mayHoldFiles));
  const toListed = (schema: JsonSchema | undefined) =>
    mayList && isToBeListed(schema, options.outputSchemas ?? true)
      ? toPartSchema(schema, portion)
      : { schema: undefined, hasPlace: true };
  const whole = streamSchema ?? output.schema;
  const forModern = toListed(whole);
  const forLegacy = toListed(streamSchema ?? output.legacySchema);
  // Some clients refuse the whole list because of one.
  const isLeftOut = [forModern, forLegacy].some(({ schema }) => schema && findRecursion(schema));
  const [modern, legacy] = isLeftOut ? [] : [forModern.schema, forLegacy.schema];
  return {
    ...callable,
    kind: 'tool',
    input,
    confirm: toConfirm(settings, title, own, input.schema),
    isIdempotent,
    task: toTaskRules(settings.task),
    pinned,
    keywords,
    dryRun,
    dryRunner: undefined,
    toContent,
    structured,
    mayTellTexts: structured === 'auto' && settings.output === undefined,
    extras,
    portion,
    hasMore: { modern: isLeftOut || forModern.hasPlace, legacy: isLeftOut || forLegacy.hasPlace },
    link: undefined,
    paramHeaders: toParamHeaders(input.schema),
    own,
    whole,
    notes: isLeftOut
      ? [
          `${callable.name} lists no output schema, because it is recursive, and some clients refuse the whole list then.`,
        ]
      : [],
    listed: {
      modern: { ...common, ...(modern && { outputSchema: modern }) },
      legacy: { ...common, ...(legacy && { outputSchema: legacy }) },
    },
  };
}

/** A part of a result has to fit the schema too, or official clients refuse it. */
function toPartSchema(
  schema: JsonSchema | undefined,
  portion: Portion | undefined,
): { schema: JsonSchema | undefined; hasPlace: boolean } {
  if (schema === undefined || (portion?.most === undefined && !portion?.fields))
    return { schema, hasPlace: true };
  return withMore(loosen(schema));
}

/** Claude Code keeps a result of this size whole, and no larger one. */
function sizeHintOf(portion: Portion | undefined): Record<string, unknown> {
  if (portion?.most === undefined) return {};
  return { 'anthropic/maxResultSizeChars': Math.min(portion.most, 500_000) };
}

/** A JSON Schema that the app wrote is published as it is. */
function withLegalNames(input: Input, extras: ExtraOptions): Input {
  if (input.isWritten) return input;
  const renamed = toLegalNames(Object.keys(input.schema.properties ?? {}), namesOfExtras(extras));
  return renamed.size === 0 ? input : renameInput(input, renamed);
}

const mostTokensOfSmall = 300;

function isToBeListed(schema: JsonSchema | undefined, outputSchemas: boolean | 'small'): boolean {
  if (outputSchemas !== 'small') return outputSchemas;
  return schema !== undefined && estimateTokens(JSON.stringify(schema)) <= mostTokensOfSmall;
}

/** Whether somebody has described the tool. */
export function isWritten({ path, type, listed }: Tool): boolean {
  return !listed.modern.description.startsWith(descriptionOf(path, type));
}

/** A mutation is destructive unless its author says otherwise. The hint has no meaning for a tool that only reads. */
function annotationsOf(type: Callable['type'], own: McpAnnotations = {}): McpAnnotations {
  const readOnlyHint = own.readOnlyHint ?? type !== 'mutation';
  return { readOnlyHint, ...(!readOnlyHint && { destructiveHint: true }), ...own };
}
