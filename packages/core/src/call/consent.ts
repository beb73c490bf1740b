import type { Callable, Filler } from '../catalog/callable.ts';
import type { CallRequest } from './active-call.ts';
import { consentKey, type ConsentQuestion } from './ask.ts';
import { digest } from './digest.ts';
import { FinalError } from './final-error.ts';
import { toQuestionText } from './question-text.ts';

/**
 * Returns the digest of the call if the person has agreed to it, and `undefined` if they were not asked about exactly this
 * call or have not answered. Throws if they have declined.
 */
export async function readConsent(
  item: Callable,
  args: unknown,
  { state, responses }: CallRequest,
): Promise<string | undefined> {
  const about = await digestOf(item, args);
  if (state?.agreed === about) return about;
  // An answer to a question that was not asked is none.
  if (state?.asked !== about) return undefined;
  const answer = responses?.[consentKey] as { action?: unknown } | undefined;
  switch (answer?.action) {
    case 'accept':
      return about;
    case 'decline':
      throw refuse('the person declined, and nothing was done; do not call again unless they ask for it');
    case 'cancel':
      throw refuse(
        'the person closed the question, and nothing was done; call again only when they ask for it',
      );
    default:
      return undefined;
  }
}

/** Whether a call that nobody has agreed to ends with the question for consent, or with a refusal. */
export function needsConsent({ confirm }: Callable, request: CallRequest): boolean {
  if (confirm === undefined || request.isApproved) return false;
  return canAskForm(request) || confirm.fallback !== 'proceed';
}

/** The query that has to run before the person is asked. `undefined` if there is none, or if nobody can be asked. */
export function fillerOf({ confirm, filler }: Callable, request: CallRequest): Filler | undefined {
  if (confirm?.with === undefined || request.isApproved || !canAskForm(request)) return undefined;
  if (filler) return filler;
  // Only of a lazy router, whose problems `ready()` and `onError` have told.
  throw new TypeError(
    `mcp.confirm.with names "${confirm.with}", which cannot be used; see the problems of set-up`,
  );
}

/**
 * Makes the question for consent. `data` is what the query returned that fills it. Returns `undefined` if the call may run
 * although the client cannot ask.
 */
export async function toConsentQuestion(
  item: Callable,
  args: unknown,
  request: CallRequest,
  data?: Record<string, unknown>,
): Promise<ConsentQuestion | undefined> {
  const confirm = item.confirm!;
  if (request.isApproved) return undefined;
  if (!canAskForm(request)) {
    if (confirm.fallback === 'proceed') return undefined;
    throw refuse(request.isInProcess ? nobodyConsents : clientCannotAsk);
  }
  const message = await toQuestionText(confirm, args, data);
  return {
    request: {
      method: 'elicitation/create',
      params: { message, mode: 'form', requestedSchema: { type: 'object', properties: {} } },
    },
    about: await digestOf(item, args),
  };
}

/** What a person agrees to: this procedure with exactly these arguments. */
function digestOf({ path }: Callable, args: unknown): Promise<string> {
  return digest([path, args ?? {}]);
}

/** Whether the client can show a form. One that names no kind of elicitation can. */
function canAskForm({ canAsk, capabilities }: CallRequest): boolean {
  const elicitation = capabilities?.elicitation;
  return canAsk && elicitation !== undefined && (!elicitation.url || elicitation.form !== undefined);
}

const clientCannotAsk =
  'this needs the consent of a person, and this client cannot ask for it; tell the person what you were about to do, so that they can do it themselves or use a client that asks';

const nobodyConsents =
  'this needs the consent of a person, and nobody can be asked here; tell the person what you were about to do, so that they can do it themselves';

function refuse(message: string): FinalError {
  return new FinalError({ code: 'PRECONDITION_FAILED', message });
}
