import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createTaskSessionFromClient, resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { dispatchTo } from './dispatch.ts';

const url = process.argv[2] ?? 'http://127.0.0.1:3000/mcp';
const authorization = 'Bearer token-of-ada';
const clientInfo = { name: 'example-client', version: '1.0.0' };

const client = new Client(clientInfo, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
await client.connect(
  new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization } } }),
);
const { tools } = await client.listTools();
console.log(`tools: ${tools.map(({ name }) => name).join(', ')}`);

const session = createTaskSessionFromClient(client, {
  endpointId: 'example',
  rawDispatch: dispatchTo(url, authorization),
  v2RequestFraming: {
    protocolVersion: '2026-07-28',
    clientInfo,
    clientCapabilities: { elicitation: { form: {} } },
  },
  async onInputRequest(request) {
    console.log(`question: ${request.params?.['message'] as string}`);
    // Cast: the type of the answer depends on that of the question, and this server asks with forms only.
    return { action: 'accept', content: {} } as never;
  },
});

/** Calls a tool, and prints how its task goes on. */
async function call(name: string, args: Record<string, string | number>): Promise<void> {
  const execution = await session.callTool(name, args);
  console.log(`${name}: ${execution.kind}`);
  let shown: string | undefined;
  const { outcome } = await execution.settle({
    onEvent(event) {
      const message = event.type === 'task' ? event.task.statusMessage : undefined;
      if (message !== undefined && message !== shown) console.log(`${name}: ${message}`);
      shown = message;
    },
  });
  console.log(`${name}: ${JSON.stringify(resultFromTaskOutcome(outcome).structuredContent)}`);
}

await call('reports_sales', { year: 2026 });
await call('customers_import', { file: 'customers.csv' });
await session.close();
await client.close();
