import {
  type CreateFastifyContextOptions,
  fastifyTRPCPlugin,
  type FastifyTRPCPluginOptions,
} from '@trpc/server/adapters/fastify';
import { mcpHandler } from '@trpc-mcp/core/fastify';
import fastify from 'fastify';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: CreateFastifyContextOptions): Context => ({
  author: String(req.headers['x-author'] ?? 'somebody'),
});

const app = fastify();
const trpcOptions: FastifyTRPCPluginOptions<typeof appRouter>['trpcOptions'] = {
  router: appRouter,
  createContext,
};
await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions });
await app.register(mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' }), {
  prefix: '/mcp',
});

const url = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) });
console.log(`${url}/mcp`);
