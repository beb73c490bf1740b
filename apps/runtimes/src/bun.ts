import { serve } from './app.ts';

// The part of Bun's types that is needed here.
declare const Bun: {
  serve(options: { hostname: string; port: number; fetch: (request: Request) => Promise<Response> }): {
    port: number;
  };
};

const { port } = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: serve });
console.log(`${import.meta.resolve('@trpc-mcp/core/fetch')}\nhttp://127.0.0.1:${port}/mcp`);
