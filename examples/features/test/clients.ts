import {
  Client as ModernClient,
  type ClientOptions,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export const revisions = ['2026-07-28', '2025-11-25'] as const;

export type Revision = (typeof revisions)[number];

export interface ClientSettings {
  headers?: Record<string, string>;
  /** The answer of the person. Without it, the client cannot be asked. */
  answer?: (question: { message: string; url?: string }) => PersonsAnswer;
}

export interface PersonsAnswer {
  action: 'accept' | 'decline' | 'cancel';
  content?: Record<string, string | number | boolean | string[]>;
}

export interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: {
    progress: number;
    total?: number | undefined;
    message?: string | undefined;
  }) => void;
}

export interface CallAnswer {
  isError: boolean;
  /** What the model reads first. */
  text: string;
  structured: unknown;
}

const info = { name: 'example', version: '1.0.0' };

/** The calls that the two official clients write differently. */
export class ExampleClient implements AsyncDisposable {
  readonly modern: ModernClient | undefined;
  readonly legacy: LegacyClient | undefined;

  constructor(client: ModernClient | LegacyClient) {
    if (client instanceof ModernClient) this.modern = client;
    else this.legacy = client;
  }

  /** The calls that both clients write in the same way. */
  get any(): ModernClient | LegacyClient {
    return (this.modern ?? this.legacy)!;
  }

  async call(
    name: string,
    args: Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<CallAnswer> {
    const request = { name, arguments: args };
    const result = this.modern
      ? await this.modern.callTool(request, options)
      : await this.legacy!.callTool(request, undefined, options);
    const [first] = result.content as { text?: string }[];
    return {
      isError: result.isError === true,
      text: first?.text ?? '',
      structured: result.structuredContent,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.any.close();
  }
}

/** Connects the official client of a revision. */
export async function connect(
  revision: Revision,
  url: string,
  { headers = {}, answer }: ClientSettings = {},
): Promise<ExampleClient> {
  const options = { requestInit: { headers } };
  const capabilities: NonNullable<ClientOptions['capabilities']> = answer
    ? { elicitation: { form: {}, url: {} } }
    : {};
  if (revision === '2026-07-28') {
    const client = new ModernClient(info, { capabilities, versionNegotiation: { mode: { pin: revision } } });
    if (answer) client.setRequestHandler('elicitation/create', ({ params }) => ({ ...answer(params) }));
    await client.connect(new ModernTransport(new URL(url), options));
    return new ExampleClient(client);
  }
  const client = new LegacyClient(info, { capabilities });
  if (answer) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({ ...answer(params) }));
  }
  await client.connect(new LegacyTransport(new URL(url), options));
  return new ExampleClient(client);
}
