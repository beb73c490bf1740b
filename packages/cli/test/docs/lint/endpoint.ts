import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { lintTools } from '@trpc-mcp/core/clients';

export async function lintEndpoint(url: string) {
  const client = new Client({ name: 'lint', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { tools } = await client.listTools();
  await client.close();
  return lintTools(
    { tools, serverName: 'billing' },
    { rules: { 'list-unlimited': 'off' }, maxTokens: 10_000 },
  );
}
