import { serve } from './app.ts';

// The part of Deno's types that is needed here.
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen: (address: { port: number }) => void },
    handler: (request: Request) => Promise<Response>,
  ): void;
};

const onListen = ({ port }: { port: number }) =>
  console.log(`${import.meta.resolve('@trpc-mcp/core/fetch')}\nhttp://127.0.0.1:${port}/mcp`);
Deno.serve({ hostname: '127.0.0.1', port: 0, onListen }, serve);
