import type * as Official from '@modelcontextprotocol/client';

const load = (): Promise<typeof Official> => import('@modelcontextprotocol/client');

/**
 * Loads the official client. Imported only here, because only the test client needs it. Rejects with what to install
 * if it is missing.
 */
export async function loadClient(loadOfficial: typeof load = load): Promise<typeof Official> {
  try {
    return await loadOfficial();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(
      'createMcpTestClient needs the official client: install @modelcontextprotocol/client (^2.4.0) as a dev dependency',
      { cause: error },
    );
  }
}

/** Node, jest and vite report a missing package in different ways. */
function isMissing(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  const says = /cannot find|failed to (?:load|resolve)/i.test(message);
  return (
    message.includes('@modelcontextprotocol/client') &&
    (says || code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
  );
}
