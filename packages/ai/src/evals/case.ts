import type { AnyTRPCRouter } from '@trpc/server';
import type { OnElicit, ToolInput, ToolName } from '@trpc-mcp/core/caller';
import type { EvalCall } from './call.ts';
import type { EvalPattern } from './pattern.ts';

/** One case: what somebody says, and what has to be true after the model has answered. */
export interface EvalCase<TRouter extends AnyTRPCRouter = AnyTRPCRouter, TPerson extends string = string> {
  /** What the case is called in reports and in the record. No two cases have the same name. */
  name: string;
  /** What the person says: one sentence, or several, each said after the answer to the one before. */
  say: string | readonly string[];
  /** Who says it: a key of `people`. It may be left out if there is only one. */
  as?: TPerson;
  /** What has to be true in the end. */
  expect: EvalExpectation<TRouter, TPerson>;
  /** Prepares what only this case needs. It runs after the `setup` of all cases, before each repetition. */
  setup?: (world: EvalWorld<TRouter, TPerson>) => unknown;
  /** What the person answers when a tool asks. It takes precedence over `consent` of all cases. */
  consent?: EvalConsent;
  /** How many times the case runs, because a model does not always do the same. 1 by default. */
  repeat?: number;
  /** The part of the repetitions that has to pass, from 0 to 1. 1 by default: all of them. */
  passRate?: number;
  /** How many milliseconds one repetition may take, without `setup`. 60,000 by default. */
  timeoutMs?: number;
  /** How many responses the model may give to one sentence before it is stopped. 10 by default. */
  maxSteps?: number;
  /** Words by which cases are chosen, as with `trpc-mcp eval --tag`. */
  tags?: readonly string[];
  /** Runs this case, and the others that have `only`, and leaves out all that have not. */
  only?: boolean;
  /** Leaves this case out. A text says why. */
  skip?: boolean | string;
}

/**
 * How a person answers what a tool asks. `accept` agrees and fills in no field, `decline` says no, and a function answers as a
 * client would. Without an answer, a case in which a tool asks has failed.
 */
export type EvalConsent = 'accept' | 'decline' | OnElicit;

/** What has to be true after a case. Everything that is named here has to hold. */
export interface EvalExpectation<
  TRouter extends AnyTRPCRouter = AnyTRPCRouter,
  TPerson extends string = string,
> {
  /** Calls that have to be made, in any order, beside others. One call fulfils only one of them. */
  calls?: readonly ExpectedCall<TRouter>[];
  /** Whether `calls` have to be made in their order. Others may come between them. */
  inOrder?: boolean;
  /** Whether no calls but `calls` may be made. */
  noOtherCalls?: boolean;
  /** Tools that must not be called, or not with such arguments. */
  notCalled?: readonly (ToolName<TRouter> | ForbiddenCall<TRouter>)[];
  /** What the answer has to contain, match, or be. Of a list, all. Capital letters do not matter for texts. */
  answer?: AnswerPattern | readonly AnswerPattern[];
  /** What a question of a tool has to contain or match; `true` if one has to be asked, `false` if none may be. */
  asks?: boolean | string | RegExp;
  /** Looks at what the app holds now. It returns nothing or `true`; `false`, a text that says why, or an error fails the case. */
  state?: (world: EvalEnd<TRouter, TPerson>) => unknown;
  /** The most calls of tools that the model may make. */
  maxCalls?: number;
  /** The most tokens that all requests to the model may need together, those of its responses included. */
  maxTokens?: number;
}

/** A text that an answer has to contain, an expression that it has to match, or a function that is asked about it. */
export type AnswerPattern = string | RegExp | ((answer: string) => boolean | string);

/** A call that has to be made. */
export type ExpectedCall<TRouter extends AnyTRPCRouter = AnyTRPCRouter> = {
  [TName in ToolName<TRouter>]: ToolPattern<TRouter, TName> & {
    /** How many times: once or more by default. */
    times?: number | { min?: number; max?: number };
    /** That the call was refused: `true`, or with which code, such as `FORBIDDEN`. Without it, the call has to succeed. */
    refused?: true | string;
  };
}[ToolName<TRouter>];

/** A call that must not be made. */
export type ForbiddenCall<TRouter extends AnyTRPCRouter = AnyTRPCRouter> = {
  [TName in ToolName<TRouter>]: ToolPattern<TRouter, TName>;
}[ToolName<TRouter>];

/** A tool, and what its arguments look like. */
export interface ToolPattern<TRouter extends AnyTRPCRouter, TName extends ToolName<TRouter>> {
  /** The name of a tool. */
  tool: TName;
  /** What the arguments have to look like. Those that are not named may be anything. */
  input?: EvalPattern<ToolInput<TRouter, TName>>;
}

/** What `setup` and `state` get. */
export interface EvalWorld<TRouter extends AnyTRPCRouter = AnyTRPCRouter, TPerson extends string = string> {
  /** tRPC's own caller of the router, as the person of this case. */
  caller: ReturnType<TRouter['createCaller']>;
  /** tRPC's own caller of the router, as somebody else. */
  as: (person: TPerson) => Promise<ReturnType<TRouter['createCaller']>>;
  /** Aborts when the time of the case is over, or somebody ends the run. */
  signal: AbortSignal;
}

/** What `state` gets: the world, and what happened. */
export interface EvalEnd<
  TRouter extends AnyTRPCRouter = AnyTRPCRouter,
  TPerson extends string = string,
> extends EvalWorld<TRouter, TPerson> {
  /** What the model answered to the last sentence. */
  answer: string;
  /** The calls that were made, in their order. */
  calls: readonly EvalCall[];
}
