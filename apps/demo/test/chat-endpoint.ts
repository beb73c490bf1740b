import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request of the Chat Completions API, as far as the tests look at it. */
export interface Completion {
  model: string;
  stream: boolean;
  messages: { role: string; content?: unknown; tool_calls?: unknown[]; tool_call_id?: string }[];
  tools?: { function: { name: string; description: string; parameters: unknown } }[];
}

/** What the endpoint answers: words, a call of a tool, an error status, or nothing at all until the client leaves. */
export type Reply =
  { text: string } | { tool: string; args: unknown } | { status: number; error: string } | { silent: true };

export interface Endpoint extends AsyncDisposable {
  url: string;
  requests: { headers: IncomingMessage['headers']; body: Completion }[];
  /** Fulfils when a client has left before it had its answer. */
  left: Promise<void>;
}

/** Opens an endpoint that streams chat completions, as the servers of models do. `decide` is its model. */
export async function openEndpoint(decide: (body: Completion) => Reply): Promise<Endpoint> {
  const requests: Endpoint['requests'] = [];
  let tellLeft = () => {};
  const left = new Promise<void>((resolve) => (tellLeft = resolve));
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const body = JSON.parse(await text(req)) as Completion;
    requests.push({ headers: req.headers, body });
    const reply = decide(body);
    if (req.url !== '/v1/chat/completions' || 'status' in reply) {
      const { status, error } = 'status' in reply ? reply : { status: 404, error: 'There is nothing here.' };
      res
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: error } }));
      return;
    }
    res.once('close', () => !res.writableFinished && tellLeft());
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const delta of toDeltas(reply)) res.write(toEvent(body.model, { delta, finish_reason: null }));
    if ('silent' in reply) return;
    res.write(toEvent(body.model, { delta: {}, finish_reason: 'tool' in reply ? 'tool_calls' : 'stop' }));
    res.end('data: [DONE]\n\n');
  };
  const server = createServer((req, res) => void answer(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    left,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Cuts a reply as models stream it: words in pieces, and the arguments of a call too. */
function* toDeltas(reply: Reply): Generator<object> {
  yield { role: 'assistant', content: '' };
  if ('text' in reply) for (const content of reply.text.match(/.{1,7}/gs) ?? []) yield { content };
  if (!('tool' in reply)) return;
  const id = `call_${Math.random().toString(36).slice(2)}`;
  yield { tool_calls: [{ index: 0, id, type: 'function', function: { name: reply.tool, arguments: '' } }] };
  for (const piece of JSON.stringify(reply.args).match(/.{1,9}/gs) ?? []) {
    yield { tool_calls: [{ index: 0, function: { arguments: piece } }] };
  }
}

function toEvent(model: string, choice: object): string {
  const chunk = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model,
    choices: [{ index: 0, ...choice }],
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
