import { start } from 'example-testing/server';
import { createApp } from './token-app.ts';

export interface TokenServer extends AsyncDisposable {
  /** Takes API tokens, and has no OAuth. */
  mcp: string;
  /** The same with `return200ForErrors: true`. */
  words: string;
  /** A path where nothing is. */
  nothing: string;
}

/** Starts apps whose callers need an API token, as most tRPC apps have it. */
export async function startTokenServer(): Promise<TokenServer> {
  const [strict, lenient] = [
    await start(createApp({})),
    await start(createApp({ return200ForErrors: true })),
  ];
  return {
    mcp: `${strict.url}/mcp`,
    words: `${lenient.url}/mcp`,
    nothing: `${strict.url}/nothing`,
    async [Symbol.asyncDispose]() {
      await strict[Symbol.asyncDispose]();
      await lenient[Symbol.asyncDispose]();
    },
  };
}
