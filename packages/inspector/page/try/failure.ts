import {
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from '@modelcontextprotocol/client';

/** Why a call has no result, and what a person can do about it. */
export interface Failure {
  title: string;
  message: string;
  advice: string | undefined;
}

/** Puts an error of the client into words. */
export function explainFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof SdkHttpError ? error.status : undefined;
  if (error instanceof UnauthorizedError || status === 401)
    return {
      title: 'HTTP 401: the endpoint wants a credential',
      message: wordsOf(message),
      advice:
        'Sign in, or give a token or other header, under Connect. If you have, it is wrong or has expired.',
    };
  if (status === 403)
    return {
      title: 'HTTP 403: this caller may not do that',
      message: wordsOf(message),
      advice: 'Sign in as somebody with more rights, or with the scopes that the message names.',
    };
  if (status === 429)
    return {
      title: 'HTTP 429: too many calls',
      message: wordsOf(message),
      advice: 'Wait, and run it again. The header retry-after of the response says how long.',
    };
  if (status !== undefined)
    return {
      title: `HTTP ${status}`,
      message: wordsOf(message),
      advice: status >= 500 ? 'Look at what the server logs.' : undefined,
    };
  if (error instanceof ProtocolError)
    return {
      title: `Protocol error ${error.code}`,
      message: error.data === undefined ? message : `${message}\n${JSON.stringify(error.data, undefined, 2)}`,
      advice:
        error.code === -32602
          ? 'The tool may be gone, or hidden from this caller: read the list again.'
          : undefined,
    };
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
    return { title: 'The call took too long', message, advice: undefined };
  if (error instanceof TypeError)
    return {
      title: 'There was no response',
      message,
      advice:
        'Check that the server runs, and that this machine has a network. The call may have been carried out.',
    };
  return {
    title: 'The client could not use the answer',
    message,
    advice: 'The request and the response below show what came.',
  };
}

/** The sentence in the body of a response, if it has one. */
function wordsOf(text: string): string {
  const inBody = /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  if (inBody === undefined) return text;
  try {
    return JSON.parse(`"${inBody}"`) as string;
  } catch {
    return text;
  }
}
