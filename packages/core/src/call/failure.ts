import type { McpAuthInfo } from '../meta.ts';
import { toError } from '../thrown.ts';

/** What `onError` is called with. */
export interface CallFailure {
  /** A `TRPCError` if a call failed. */
  error: Error;
  /** Identifies the failure. If the error was masked, the model was given this reference instead of the message. */
  reference: string;
  /** The tool's name, if a call failed. */
  tool?: string;
  /** The dotted path of the procedure or of the lazy router. */
  path?: string;
  /** What `createContext` returned. Missing if `createContext` itself failed. */
  ctx?: unknown;
  /** What `auth.authenticate` returned. */
  auth?: McpAuthInfo | undefined;
}

/** Reports a failure to the app. Never throws. */
export type Report = (failure: CallFailure, options: { isForApp: boolean }) => void;

/** Without `onError`, prints the failures that the app's developers have to fix. */
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

/**
 * Reports something that was thrown outside of a procedure, under a new reference, and returns that reference. It is a
 * matter for the app's developers unless `isForApp` says otherwise.
 */
export function reportThrown(
  report: Report,
  thrown: unknown,
  { name, path }: { name?: string; path?: string } = {},
  isForApp = true,
): string {
  const reference = crypto.randomUUID();
  const where = { ...(name !== undefined && { tool: name }), ...(path !== undefined && { path }) };
  report({ error: toError(thrown), reference, ...where }, { isForApp });
  return reference;
}

/** Some errors throw when they are inspected. */
function print(message: string, error: unknown): void {
  try {
    console.error(message, error);
  } catch {
    console.error(message, 'an error that cannot be read');
  }
}
