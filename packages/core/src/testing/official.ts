import type * as Official from '@modelcontextprotocol/client';

/**
 * Loads the official client, which nothing but the test client needs. Rejects with what to install where it is missing.
 */
export async function loadClient(): Promise<typeof Official> {
  try {
    return await import('@modelcontextprotocol/client');
  } catch (error) {
    const { code, message = '' } = error as { code?: string; message?: string };
    const isMissing =
      code === 'ERR_MODULE_NOT_FOUND' ||
      code === 'MODULE_NOT_FOUND' ||
      /cannot find|failed to load/i.test(message);
    if (!isMissing) throw error;
    throw new Error(
      'createMcpTestClient needs the official client: install @modelcontextprotocol/client@^2.4.0 as a dev dependency',
      { cause: error },
    );
  }
}
