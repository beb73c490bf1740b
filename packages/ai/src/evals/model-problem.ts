/** Why a model could not be asked. */
export interface ModelProblem {
  /**
   * `unauthorized`: the key is refused. `unusable`: there is no such model, or it is for another version of the AI SDK. Both end
   * the whole run, because every other case would fail in the same way.
   */
  kind: 'unauthorized' | 'unusable' | 'rateLimit' | 'other';
  message: string;
}

/** Whether an error is about the model, although the model itself was not reached. */
export function isOfModel(thrown: unknown): boolean {
  return (thrown as { name?: unknown } | null)?.name === 'AI_UnsupportedModelVersionError';
}

/** Says in words why the provider of a model did not answer. Headers and bodies of requests, which hold keys, are left out. */
export function toModelProblem(thrown: unknown): ModelProblem {
  const error = innermost(thrown);
  const { statusCode: status, name = '', message = String(thrown) } = error;
  const words = withoutKeys(message).split('\n')[0]!.slice(0, 300);
  if (name === 'AI_LoadAPIKeyError' || name === 'AI_LoadSettingError')
    return { kind: 'unauthorized', message: `The model cannot be asked without a key: ${words}` };
  if (status === 401 || status === 403)
    return {
      kind: 'unauthorized',
      message: `The provider of the model refuses the key (${status}): ${words} Check the environment variable that holds it.`,
    };
  if (name === 'AI_UnsupportedModelVersionError')
    return {
      kind: 'unusable',
      message: `The model is for another version of the AI SDK than the app has: ${words}`,
    };
  if (status === 404)
    return {
      kind: 'unusable',
      message: `The provider does not know the model, or its URL is wrong (404): ${words}`,
    };
  if (status === 429)
    return {
      kind: 'rateLimit',
      message: `The provider of the model limits how much may be asked (429), also after several tries: ${words} Wait, or run fewer cases with --filter.`,
    };
  if (status !== undefined)
    return { kind: 'other', message: `The provider of the model answers ${status}: ${words}` };
  return { kind: 'other', message: `The model could not be asked: ${words}` };
}

interface ErrorLike {
  name?: string;
  message?: string;
  statusCode?: number;
  lastError?: unknown;
  cause?: unknown;
}

/** The AI SDK wraps what failed in an error that says how often it tried. */
function innermost(thrown: unknown): ErrorLike {
  let found: ErrorLike = {};
  let at: unknown = thrown;
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth++) {
    const error = at as ErrorLike;
    if (found.statusCode === undefined) found = error;
    at = error.lastError ?? error.cause;
  }
  return found;
}

/** What stands after a word for a secret, before the host of a URL, and keys of the usual form. A number is no secret. */
function withoutKeys(text: string): string {
  return text
    .replaceAll(/(\/\/[^\s/:@]*:)[^\s/@]+@/g, '$1…@')
    .replaceAll(/\b((?:Bearer|Basic)\s+|sk-)[\w.*+/=-]{6,}/gi, '$1…')
    .replaceAll(
      /((?:key|token|secret|password)(?: provided)?["']?\s*[-=:]?\s*["']?)(?=[\w.*+/-]*\d)[\w.*+/-]{8,}/gi,
      '$1…',
    );
}
