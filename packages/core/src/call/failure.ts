import type { AuthInfo } from '@modelcontextprotocol/server';

/** What `onError` is told. */
export interface CallFailure {
  /** A `TRPCError` when a call failed. */
  error: Error;
  /** What a masked error is known by: the model was given it in place of the message. */
  reference: string;
  /** The tool's name, when a call failed. */
  tool?: string;
  /** The procedure's or the lazy router's dotted path. */
  path?: string;
  /** What `createContext` made, unless it is that which failed. */
  ctx?: unknown;
  /** What `auth.authenticate` found. */
  auth?: AuthInfo | undefined;
}

/** Tells the app of a failure. Never throws. */
export type Report = (failure: CallFailure, options: { isForApp: boolean }) => void;

/** Without an `onError` of the app's own, what the app's developers have to mend is printed. */
export function createReport(onError: ((failure: CallFailure) => void) | undefined): Report {
  return (failure, { isForApp }) => {
    const { reference, path, error } = failure;
    if (!onError) {
      if (isForApp) print(`MCP failure ${reference}${path ? ` in ${path}` : ''}:`, error);
      return;
    }
    try {
      onError(failure);
    } catch (thrown) {
      print('The option onError threw:', thrown);
    }
  };
}

/** Some errors throw when they are looked at. */
function print(message: string, error: unknown): void {
  try {
    console.error(message, error);
  } catch {
    console.error(message, 'an error that cannot be read');
  }
}
