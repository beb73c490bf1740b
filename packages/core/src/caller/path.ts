import type {
  AnyTRPCProcedure,
  AnyTRPCRouter,
  inferProcedureInput,
  inferProcedureOutput,
} from '@trpc/server';
import type { Collected, Drained } from './drained.ts';

/** The dotted paths of a router's procedures. */
export type ToolPath<TRouter extends AnyTRPCRouter> = PathIn<TRouter['_def']['record']>;

/** The input of the procedure at a path, as for a tRPC client. */
export type InputAt<TRouter extends AnyTRPCRouter, TPath extends string> = inferProcedureInput<
  ProcedureIn<TRouter['_def']['record'], TPath>
>;

/** The output of the tool at a path: what its procedure returns, after its `.output()`, with streams collected. */
export type OutputAt<TRouter extends AnyTRPCRouter, TPath extends string> = OutputOf<
  ProcedureIn<TRouter['_def']['record'], TPath>
>;

type PathIn<TRecord, TPrefix extends string = ''> = string extends keyof TRecord
  ? string
  : {
      [TKey in keyof TRecord & string]: TRecord[TKey] extends AnyTRPCProcedure
        ? `${TPrefix}${TKey}`
        : PathIn<TRecord[TKey], `${TPrefix}${TKey}.`>;
    }[keyof TRecord & string];

// Follows only this one path. In a router of type `any`, every path leads to a procedure.
type ProcedureIn<TRecord, TPath extends string> = string extends keyof TRecord
  ? AnyTRPCProcedure
  : TPath extends keyof TRecord
    ? TRecord[TPath] extends AnyTRPCProcedure
      ? TRecord[TPath]
      : never
    : TPath extends `${infer THead}.${infer TRest}`
      ? THead extends keyof TRecord
        ? ProcedureIn<TRecord[THead], TRest>
        : never
      : never;

type OutputOf<TProcedure extends AnyTRPCProcedure> = TProcedure['_def']['type'] extends 'subscription'
  ? Collected<inferProcedureOutput<TProcedure>>
  : Drained<inferProcedureOutput<TProcedure>>;
