import type { AnyTRPCRouter } from '@trpc/server';
import type { Json } from './json.ts';
import type { InputAt, OutputAt, ToolPath } from './path.ts';

/**
 * The names of a router's tools, for tools that are named as their paths: `customers_list`. Those with `mcp.name` have another
 * one, which types cannot see.
 */
export type ToolName<TRouter extends AnyTRPCRouter> = NameOf<ToolPath<TRouter>>;

/** The arguments of the tool of that name, as JSON. `never` if there is none. */
export type ToolInput<TRouter extends AnyTRPCRouter, TName extends string> = ArgumentsOf<
  InputAt<TRouter, PathOf<TRouter, TName>>
>;

/** What the tool of that name returns, as JSON. */
export type ToolOutput<TRouter extends AnyTRPCRouter, TName extends string> = Json<
  OutputAt<TRouter, PathOf<TRouter, TName>>
>;

/** The arguments and the output of every tool of a router, by name. It is made faster than one type for each name. */
export type ToolTypes<TRouter extends AnyTRPCRouter> = {
  [TPath in ToolPath<TRouter> as NameOf<TPath>]: {
    input: ArgumentsOf<InputAt<TRouter, TPath>>;
    output: Json<OutputAt<TRouter, TPath>>;
  };
};

type NameOf<TPath extends string> = TPath extends `${infer THead}.${infer TRest}`
  ? `${THead}_${NameOf<TRest>}`
  : TPath;

/** The path that a name is made of. */
type PathOf<TRouter extends AnyTRPCRouter, TName extends string> =
  Paths<TRouter> extends infer TPaths ? Extract<TPaths[TName & keyof TPaths], string> : never;

// Made once for a router: to compare each name with each path would take the square of their number.
type Paths<TRouter extends AnyTRPCRouter> = { [TPath in ToolPath<TRouter> as NameOf<TPath>]: TPath };

/** Arguments are an object: what is none, or one of several, is its key `input`. */
type ArgumentsOf<TInput> = 0 extends 1 & TInput
  ? Record<string, unknown>
  : [TInput] extends [never]
    ? never
    : [TInput] extends [void]
      ? Record<string, never>
      : unknown extends TInput
        ? Record<string, unknown>
        : IsPlain<Exclude<TInput, undefined | void>> extends true
          ? Json<Exclude<TInput, undefined | void>>
          : undefined extends TInput
            ? { input?: Json<Exclude<TInput, undefined | void>> }
            : { input: Json<TInput> };

type IsPlain<TInput> = [TInput] extends [FormData]
  ? true
  : [TInput] extends [NotPlain]
    ? false
    : [TInput] extends [object]
      ? IsUnion<TInput> extends true
        ? false
        : true
      : false;

type NotPlain =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly unknown[]
  | Date
  | URL
  | RegExp
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | Blob
  | Uint8Array
  | ArrayBuffer;

type IsUnion<T, TEach = T> = T extends unknown ? ([TEach] extends [T] ? false : true) : never;
