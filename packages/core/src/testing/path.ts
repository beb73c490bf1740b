import type {
  AnyTRPCProcedure,
  AnyTRPCRouter,
  inferProcedureInput,
  inferProcedureOutput,
} from '@trpc/server';

/** The dotted paths of a router's queries and mutations. */
export type ToolPath<TRouter extends AnyTRPCRouter> = PathIn<TRouter['_def']['record']>;

/** What the procedure at a path takes, as a tRPC client would write it. */
export type InputAt<TRouter extends AnyTRPCRouter, TPath extends string> = inferProcedureInput<
  ProcedureIn<TRouter['_def']['record'], TPath>
>;

/** What the procedure at a path returns, after its `.output()`. */
export type OutputAt<TRouter extends AnyTRPCRouter, TPath extends string> = inferProcedureOutput<
  ProcedureIn<TRouter['_def']['record'], TPath>
>;

interface Typed<TType> {
  _def: { procedure: true; type: TType };
}

type PathIn<TRecord, TPrefix extends string = ''> = string extends keyof TRecord
  ? string
  : {
      [TKey in keyof TRecord & string]: TRecord[TKey] extends Typed<infer TType>
        ? TType extends 'subscription'
          ? never
          : `${TPrefix}${TKey}`
        : PathIn<TRecord[TKey], `${TPrefix}${TKey}.`>;
    }[keyof TRecord & string];

// Only on the way to this one path. A router of any type has any procedure everywhere.
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
