import {
  Client,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type Tool,
  UnsupportedProtocolVersionError,
} from '@modelcontextprotocol/client';
import { refusesRevision } from '../../session/http-error.ts';
import { endpoint, type Era } from '../../session/settings.ts';
import { createValidator } from '../../session/validator.ts';

/** How a request without a credential ended: an HTTP status, or why there is none. */
export type Outcome = 'ok' | 'other era' | 'no answer' | number;

/** What somebody without a credential may do in one era. */
export interface Probe {
  connect: Outcome;
  list: Outcome | undefined;
  /** A call of a tool that does not exist: `'ok'` if the endpoint says so, and not that it wants a credential. */
  call: Outcome | undefined;
  tools: readonly Tool[];
  /** The `WWW-Authenticate` header of the first refusal. */
  challenge: string | undefined;
}

/** Connects without a credential, lists the tools, and calls one that does not exist. */
export async function probeEra(era: Era): Promise<Probe> {
  const probe: Probe = { connect: 'ok', list: undefined, call: undefined, tools: [], challenge: undefined };
  const client = new Client(
    { name: 'trpc-mcp-inspector-check', version: '1' },
    {
      versionNegotiation: { mode: era === '2026' ? { pin: '2026-07-28' } : 'legacy' },
      jsonSchemaValidator: createValidator(),
    },
  );
  const transport = new StreamableHTTPClientTransport(endpoint, {
    requestInit: { credentials: 'omit' },
    async fetch(url, init) {
      const response = await fetch(url, init);
      const challenge = response.headers.get('www-authenticate');
      if (challenge !== null) probe.challenge ??= challenge;
      return response;
    },
  });
  try {
    const tried = await judge(client.connect(transport, { timeout }));
    probe.connect = tried.outcome;
    if (tried.outcome !== 'ok') return probe;
    const listed = await judge(client.listTools(undefined, { timeout }));
    probe.list = listed.outcome;
    probe.tools = listed.value?.tools ?? [];
    const called = await judge(client.callTool({ name: 'no_such_tool_of_the_inspector' }, { timeout }));
    probe.call = called.outcome === 'no answer' ? 'ok' : called.outcome;
    return probe;
  } finally {
    // A session that nobody goes on with takes the place of another.
    if (transport.sessionId !== undefined) await transport.terminateSession().catch(() => undefined);
    await client.close().catch(() => undefined);
  }
}

const timeout = 20_000;

async function judge<T>(work: Promise<T>): Promise<{ outcome: Outcome; value?: T }> {
  try {
    return { outcome: 'ok', value: await work };
  } catch (error) {
    return { outcome: toOutcome(error) };
  }
}

function toOutcome(error: unknown): Outcome {
  if (error instanceof UnsupportedProtocolVersionError) return 'other era';
  if (error instanceof SdkHttpError) return refusesRevision(error) ? 'other era' : error.status;
  if (error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed) return 'other era';
  return 'no answer';
}
