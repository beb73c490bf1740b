import type { SdkHttpError } from '@modelcontextprotocol/client';

/** The body of a response that the client took as an error. Empty if it has none. */
export function bodyOf({ data }: SdkHttpError): string {
  const text: unknown = (data as { text?: unknown } | undefined)?.text;
  return typeof text === 'string' ? text : '';
}

/** Whether the endpoint says that it does not speak the revision of MCP that it was asked in. */
export function refusesRevision(error: SdkHttpError): boolean {
  return error.status === 400 && bodyOf(error).includes('-32022');
}
