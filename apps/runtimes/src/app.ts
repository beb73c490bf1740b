import { TRPCError } from '@trpc/server';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { codeMode } from '@trpc-mcp/code';
import type { Authenticate, Page } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { appRouter, type Context } from './router.ts';

const users = new Map([
  ['token-of-ada', 'Ada'],
  ['token-of-ben', 'Ben'],
]);

function tokenOf(headers: Headers): string | undefined {
  return /^Bearer (\S+)$/.exec(headers.get('authorization') ?? '')?.[1];
}

function createContext({ req, resHeaders }: FetchCreateContextFnOptions): Context {
  resHeaders.append('set-cookie', 'seen=yes; Path=/');
  return { user: users.get(tokenOf(req.headers) ?? '') };
}

const authenticate: Authenticate = ({ headers }) => {
  const token = tokenOf(headers);
  if (token === undefined) return undefined;
  const user = users.get(token);
  if (user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Nobody has this token.' });
  return { token, clientId: user, scopes: [] };
};

/** A page that is compressed already, as that of the inspector is. */
const page: Page = {
  async open() {
    const stream = new Blob(['<h1>Hi</h1>']).stream().pipeThrough(new CompressionStream('gzip'));
    return {
      status: 200,
      headers: { 'content-type': 'text/html', 'content-encoding': 'gzip' },
      body: new Uint8Array(await new Response(stream).arrayBuffer()),
    };
  },
};

const onError = () => {};
const skills = { 'play/SKILL.md': '---\nname: play\ndescription: Plays until somebody has a goal\n---\n' };
const open = mcpHandler(appRouter, { createContext, onError, page, skills });
const guarded = mcpHandler(appRouter, { createContext, onError, auth: { authenticate, required: true } });

const code = mcpHandler(appRouter, { createContext, onError, discovery: codeMode() });

/** The app on every runtime: `/mcp` for everybody, `/guarded/mcp` for callers with a token, and `/code/mcp` for code. */
export async function serve(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === '/mcp') return open(request);
  if (pathname === '/guarded/mcp') return guarded(request);
  if (pathname === '/code/mcp') return code(request);
  return new Response(null, { status: 404 });
}
