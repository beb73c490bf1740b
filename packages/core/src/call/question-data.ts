import { TRPCError } from '@trpc/server';
import type { Callable, Filler } from '../catalog/callable.ts';
import { isRecord } from '../record.ts';
import type { CallRequest } from './active-call.ts';
import { FinalError } from './final-error.ts';
import type { FailureOutcome, Outcome, ResultOutcome } from './outcome.ts';

/** Calls the query that fills a question, as the caller of the tool. */
export type CallFiller = (
  query: Callable,
  args: unknown,
  request: CallRequest,
  toResult: (item: Callable, value: unknown) => Promise<ResultOutcome>,
) => Promise<Outcome | undefined>;

/**
 * Calls the query that fills the question to a person. Returns what it returned, as JSON. Throws an `UnfilledQuestion` if it
 * failed, returned nothing, or is hidden from this caller.
 */
export async function readQuestionData(
  { query, arguments: taken }: Filler,
  args: unknown,
  request: CallRequest,
  call: CallFiller,
): Promise<Record<string, unknown>> {
  const given = isRecord(args) ? args : {};
  const own = taken
    .filter(([, sent]) => Object.hasOwn(given, sent))
    .map(([name, sent]) => [name, given[sent]]);
  // It is no round of the call, and neither its progress nor its questions are those of the call.
  const asking = {
    ...request,
    sdk: undefined,
    report: undefined,
    state: undefined,
    canAsk: false,
    purpose: 'question' as const,
  };
  let data: unknown;
  const outcome = await call(query, Object.fromEntries(own), asking, async (_item, value) => {
    data = (await query.output.encode(value)).json;
    if (data === undefined || data === null) throw new TRPCError({ code: 'NOT_FOUND', message: nothing });
    return { kind: 'result', result: {} };
  });
  if (outcome?.kind === 'result') return isRecord(data) ? data : {};
  throw new UnfilledQuestion(outcome?.kind === 'failure' ? outcome : undefined);
}

const nothing = 'there is nothing for these arguments, so that nobody was asked';

/** Ends a call whose question cannot be asked. `outcome` is how the query ended; `undefined` if it is hidden from the caller. */
export class UnfilledQuestion extends FinalError {
  readonly outcome: FailureOutcome | undefined;

  constructor(outcome: FailureOutcome | undefined) {
    super({
      code: outcome?.code ?? 'FORBIDDEN',
      message:
        'a person has to be asked with what this caller may not see, so that the tool cannot be called',
    });
    this.outcome = outcome;
  }
}
