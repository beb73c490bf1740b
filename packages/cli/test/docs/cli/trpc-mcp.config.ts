import { defineConfig } from '@trpc-mcp/cli';

export default defineConfig({
  target: 'src/router.ts#appRouter',
  ctx: 'src/cli-context.ts',
  options: { server: { name: 'acme', version: '1.0.0' }, discovery: { over: 50 } },
  lint: { maxTokens: 10_000 },
});
