import type { ToolInput, ToolName, ToolOutput } from '@trpc-mcp/core/caller';
import type { AppRouter } from '../../router.ts';

/** A call that a script wants to have made. */
export interface Call {
  tool: string;
  args: unknown;
}

/** What came of a call: what the tool returned, or why it did not run. */
export type Reply = { ok: true; value: unknown } | { ok: false; words: string; isDenied: boolean };

/** A part of a script: it yields calls, is given their replies, and returns something. */
export type Steps<TResult> = Generator<Call, TResult, Reply>;

/**
 * What the scripted model does about one sentence. It returns what it says in the end. It is run from its beginning
 * whenever the model is asked, with the replies that there are so far.
 */
export type Script = Steps<string>;

/** A kind of sentence that the scripted model understands. */
export interface Intent {
  pattern: RegExp;
  /** The tool that it is about. Whoever does not have that tool is told so. */
  tool: string;
  /** What that tool is for, as it follows "to". */
  purpose: string;
  /** `said` has the named groups of the pattern, `sentence` is all that the person wrote. */
  run(said: Record<string, string | undefined>, sentence: string): Script;
}

/** Makes a call and returns its result. If it is refused, the script ends, and the refusal is the answer. */
export function* call<TName extends ToolName<AppRouter>>(
  tool: TName,
  args: ToolInput<AppRouter, TName>,
): Steps<ToolOutput<AppRouter, TName>> {
  // Cast: what the tool of that name returns.
  return (yield* callAny(tool, args)) as ToolOutput<AppRouter, TName>;
}

/** Asks who is signed in. The tool has a name of its own, which the types of the router do not know. */
export function* callWhoami(): Steps<ToolOutput<AppRouter, 'users_me'>> {
  return (yield* callAny('whoami', {})) as ToolOutput<AppRouter, 'users_me'>;
}

function* callAny(tool: string, args: unknown): Steps<unknown> {
  const reply = yield { tool, args };
  if (reply.ok) return reply.value;
  throw new Refusal(reply.isDenied ? 'You said no, so nothing was changed.' : reply.words);
}

/** Ends a script with the reason why it cannot go on. */
export class Refusal extends Error {}
