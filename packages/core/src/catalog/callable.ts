import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import type { McpRateLimit, McpSettings, McpStream } from '../meta.ts';
import { compileInput, type Input, type SchemaOptions } from '../schema/input.ts';
import { compileOutput, type Output } from '../schema/output.ts';
import type { BypassKind } from './bypassable.ts';
import type { Confirm } from './confirm.ts';
import type { Guards, Procedure } from './walk.ts';

/** A procedure, ready to be called: everything about it that is known before. */
export interface Callable {
  /** What a caller is told about it, in errors. */
  name: string;
  /** The procedure's dotted path. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  /** The router that it is called on: the app's, or the one made for what the options bring. */
  router: AnyTRPCRouter;
  procedure: AnyTRPCProcedure;
  input: Input;
  output: Output;
  /** What a caller's credential has to carry. */
  scopes: readonly string[];
  visible: McpSettings['visible'];
  errorHint: McpSettings['errorHint'];
  bypassKinds: readonly BypassKind[];
  guards: Guards;
  /** In milliseconds; the handler's own where it is `undefined`. */
  timeoutMs: number | undefined;
  rateLimit: McpRateLimit | undefined;
  /** How a person is asked before it runs. */
  confirm: Confirm | undefined;
  /** Where what it yields ends, at the latest. */
  stream: Required<McpStream> | undefined;
}

const defaultStream = { maxItems: 100, maxSeconds: 20 };

/** Compiles what a procedure is called by. Throws a `SchemaProblem` where its schemas cannot be told. */
export function toCallable(procedure: Procedure, name: string, options: SchemaOptions): Callable {
  const { path, type, router, settings, bypassKinds, guards } = procedure;
  const isStreamed = type === 'subscription' || settings.stream !== undefined;
  return {
    name,
    path,
    type,
    router,
    procedure: procedure.procedure,
    input: compileInput(procedure.inputs, { ...options, override: settings.input }),
    // What is collected is none of the values that a schema of the output is about.
    output: isStreamed
      ? compileOutput(undefined, options)
      : compileOutput(procedure.output, { ...options, override: settings.output }),
    scopes: settings.scopes ?? [],
    visible: settings.visible,
    errorHint: settings.errorHint,
    bypassKinds,
    guards,
    timeoutMs: settings.timeoutMs,
    rateLimit: settings.rateLimit,
    confirm: undefined,
    stream: isStreamed ? { ...defaultStream, ...settings.stream } : undefined,
  };
}
