import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import type { McpRateLimit, McpSettings, McpStream } from '../meta.ts';
import { compileInferred, type Inferred } from '../schema/inferred.ts';
import { compileInput, type Input, type SchemaOptions } from '../schema/input.ts';
import { compileOutput, type Output } from '../schema/output.ts';
import type { BypassKind } from './bypassable.ts';
import type { Confirm } from './confirm.ts';
import { bookOf, type OutputSchemas } from './output-schemas.ts';
import { checkResults, type TellMismatch } from './result-check.ts';
import type { Guards, Procedure } from './walk.ts';

/** A procedure that is ready to be called, with everything that is known about it before a call. */
export interface Callable {
  /** The name that callers see in errors. */
  name: string;
  /** The procedure's dotted path. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  /** The group that it belongs to. */
  toolset: string;
  /** Whether it changes nothing: a query, unless its annotations say otherwise. */
  isReadOnly: boolean;
  /** The router that it is called on: the app's, or the one that is made from the options `tools`, `resources` and `prompts`. */
  router: AnyTRPCRouter;
  procedure: AnyTRPCProcedure;
  input: Input;
  output: Output;
  /** Encodes what it yields, if it is a generator. `output` is of what it returns. */
  yields: Pick<Output, 'encode'>;
  /** The scopes that a caller's credential needs. */
  scopes: readonly string[];
  visible: McpSettings['visible'];
  errorHint: McpSettings['errorHint'];
  bypassKinds: readonly BypassKind[];
  guards: Guards;
  /** `undefined` stands for the handler's own `timeoutMs`. */
  timeoutMs: number | undefined;
  rateLimit: McpRateLimit | undefined;
  /** The question that a person answers before it runs. */
  confirm: Confirm | undefined;
  /** The query that fills the question, when it was found. */
  filler: Filler | undefined;
  /** The limits at which collecting its values ends. */
  stream: Required<McpStream> | undefined;
  /** The type of what it yields, if it is a stream and only its type says so. */
  item: Inferred | undefined;
  /** Whether the option `outputs` should say what it returns, and does not. */
  lacksType: boolean;
}

/** A query that fills the question of another procedure. */
export interface Filler {
  query: Callable;
  /** The arguments that it gets: the name of each for the query, and for clients of the tool. */
  arguments: readonly (readonly [own: string, sent: string])[];
}

/** What is known of outputs besides the schemas of the app. */
export interface OutputOptions {
  /** What the types of procedures without `.output()` say. */
  outputs?: OutputSchemas | undefined;
  /** Is told of results that differ. Without it, nothing is compared. */
  tellMismatch?: TellMismatch | undefined;
}

export const defaultStream = { maxItems: 100, maxMs: 20_000 };

/** Compiles the schemas of a procedure. Throws a `SchemaProblem` when one of them cannot be converted. */
export function toCallable(
  procedure: Procedure,
  name: string,
  options: SchemaOptions & OutputOptions,
): Callable {
  const { path, type, router, settings, bypassKinds, guards } = procedure;
  const { unknownArguments = options.unknownArguments ?? 'refuse' } = settings;
  const isStreamed = type === 'subscription' || settings.stream !== undefined;
  const anyOutput = compileOutput(undefined, options);
  const { whole, item, lacksType = false } = toInferred(procedure, isStreamed, options);
  const streamOutput = {
    ...anyOutput,
    mayHoldFiles: mayYieldFiles(settings, options) || item?.holdsFiles === true,
  };
  const output = isStreamed
    ? streamOutput
    : whole
      ? compileInferred(whole, anyOutput)
      : compileOutput(procedure.output, { ...options, override: settings.output });
  const { tellMismatch } = options;
  return {
    name,
    path,
    type,
    toolset: settings.toolset ?? path.split('.')[0]!,
    isReadOnly: settings.annotations?.readOnlyHint ?? type !== 'mutation',
    router,
    procedure: procedure.procedure,
    input: compileInput(procedure.inputs, {
      ...options,
      override: settings.input,
      unknownArguments,
    }),
    // A schema of the output describes one value of a stream, not the object with the collected values.
    yields: anyOutput,
    output:
      tellMismatch && (whole || item)
        ? checkResults(output, { whole, items: item }, (mismatch) => tellMismatch(name, path, mismatch))
        : output,
    scopes: settings.scopes ?? [],
    visible: settings.visible,
    errorHint: settings.errorHint,
    bypassKinds,
    guards,
    timeoutMs: settings.timeoutMs,
    rateLimit: settings.rateLimit,
    confirm: undefined,
    filler: undefined,
    stream: isStreamed ? { ...defaultStream, ...settings.stream } : undefined,
    item,
    lacksType,
  };
}

/** What the type of a procedure says, where the app says nothing else of its output. */
function toInferred(
  { path, output, settings }: Procedure,
  isStreamed: boolean,
  { outputs }: OutputOptions,
): { whole?: Inferred | undefined; item?: Inferred | undefined; lacksType?: boolean } {
  if (!outputs || output !== undefined || settings.output !== undefined) return {};
  const book = bookOf(outputs);
  const found = isStreamed ? book.findItem(path) : book.find(path);
  return { [isStreamed ? 'item' : 'whole']: found, lacksType: found === undefined };
}

/** Whether the schema of what a stream yields has a place for files. */
function mayYieldFiles({ output }: McpSettings, options: SchemaOptions): boolean {
  return output !== undefined && compileOutput(undefined, { ...options, override: output }).mayHoldFiles;
}
