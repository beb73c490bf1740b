import { FastMCP } from 'fastmcp';
import { createServer } from 'node:net';
import { type Start } from '../app/listen.ts';
import { createTools } from '../app/tools.ts';

/** fastmcp brings its own server, and does not say which port it uses. */
export const own: Start = async (shape) => {
  const server = new FastMCP({
    name: 'bench',
    version: '1.0.0',
    authenticate: async ({ headers }) => ({ user: headers.authorization }),
  });
  for (const { name, texts, call } of createTools(shape)) {
    server.addTool({
      name,
      description: texts.description,
      parameters: texts.inputSchema,
      execute: async (args, { session }) => (await call(args, session?.user)).content[0]!.text,
    });
  }
  const port = await findPort();
  const httpStream = { port, host: '127.0.0.1', stateless: true, enableJsonResponse: true } as const;
  await server.start({ transportType: 'httpStream', httpStream });
  return port;
};

async function findPort(): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve) => {
    probe.listen(0, '127.0.0.1', () => resolve((probe.address() as { port: number }).port));
  });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
