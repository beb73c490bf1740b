import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { checkTools } from '@trpc-mcp/core/clients';

export async function checkForCursor(url: string) {
  const client = new Client({ name: 'check', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { tools } = await client.listTools();
  const instructions = client.getInstructions();
  await client.close();
  return checkTools(tools, ['cursor'], { serverName: 'billing', instructions });
}
