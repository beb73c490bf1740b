import type { AnyTRPCRouter } from '@trpc/server';
import type { InProcessOptions } from '@trpc-mcp/core/caller';
import type { LanguageModel } from 'ai';
import type { EvalAgent } from './agent.ts';
import type { EvalCase, EvalConsent } from './case.ts';
import { checkEvals } from './check-evals.ts';
import type { EvalPerson } from './person.ts';

/** The model that cases run against: one of the AI SDK, or a function that makes it. The function does not run for a replay. */
export type EvalModel = LanguageModel | (() => LanguageModel | Promise<LanguageModel>);

/** The options of a handler that decide what the tools are, without those that say who calls. */
export type EvalToolOptions<TRouter extends AnyTRPCRouter = AnyTRPCRouter> = InProcessOptions<TRouter>;

/** What `defineEvals` takes. */
export interface EvalsOptions<
  TRouter extends AnyTRPCRouter = AnyTRPCRouter,
  TPerson extends string = string,
> {
  /** The cases, in the order in which they run. */
  cases: readonly EvalCase<TRouter, NoInfer<TPerson>>[];
  /** Who can say something, by the name that `as` has. Without people, the context is empty. */
  people?: Readonly<Record<TPerson, EvalPerson<TRouter>>>;
  /** The options that the app gives `aiTools` or `mcpHandler`, such as `expose`, `tag`, `outputs` and `discovery`. */
  options?: EvalToolOptions<TRouter>;
  /** The system prompt. By default, the instructions of the server, if `options` has any. */
  system?: string | (() => string | Promise<string>);
  /** The model. `trpc-mcp eval --model` takes precedence. */
  model?: EvalModel;
  /** The app's own agent, in place of `generateText` of the AI SDK. */
  agent?: EvalAgent;
  /** Puts everything back, so that no case sees what another one did. It runs before each repetition of each case. */
  setup?: () => unknown;
  /** Closes what the cases held open. It runs once, in the end. */
  close?: () => unknown;
  /** What the person answers when a tool asks. */
  consent?: EvalConsent;
  /** How many times each case runs. 1 by default. */
  repeat?: number;
  /** The part of the repetitions that has to pass. 1 by default. */
  passRate?: number;
  /** How many milliseconds one repetition may take, without `setup`. 60,000 by default. */
  timeoutMs?: number;
  /** How many responses the model may give to one sentence. 10 by default. */
  maxSteps?: number;
}

/** A file of cases: what `defineEvals` returns. */
export interface Evals<
  TRouter extends AnyTRPCRouter = AnyTRPCRouter,
  TPerson extends string = string,
> extends EvalsOptions<TRouter, TPerson> {
  /** How the command and `testEvals` recognise evals, also those of another copy of this package. */
  readonly kind: 'trpc-mcp evals';
  /** The router that the cases are about. */
  readonly router: TRouter;
}

/** Evals of any router. */
// oxlint-disable-next-line typescript/no-explicit-any -- the types of a router stand in functions, which take and return them
export type AnyEvals = Evals<any, any>;

/**
 * Defines the evals of a router: who says what, and what has to be true then. Names of tools, arguments and people are
 * checked by TypeScript. Throws an `EvalsError` that lists everything that is wrong in JavaScript without types.
 */
export function defineEvals<TRouter extends AnyTRPCRouter, TPerson extends string = never>(
  router: TRouter,
  options: EvalsOptions<TRouter, TPerson>,
): Evals<TRouter, TPerson> {
  checkEvals(router, options);
  return { ...options, kind: 'trpc-mcp evals', router };
}

/** Whether a value is what `defineEvals` returns. */
export function isEvals(value: unknown): value is AnyEvals {
  return (value as Partial<Evals> | undefined | null)?.kind === 'trpc-mcp evals';
}
