import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { toWrongHostError } from './wrong-host.ts';

const request = new Request('https://app.example/mcp');
const node = {
  req: Object.assign(new EventEmitter(), { headers: {} }),
  res: { writeHead: () => undefined, end: () => undefined },
};
const reply = { send: () => undefined, code: () => undefined };
const pass = 'Pass it the request: (c) => handler(c.req.raw).';
const register = "Register it as a plugin: app.register(handler, { prefix: '/mcp' }).";
const use = (host: string) => `Import mcpHandler from '@trpc-mcp/core/${host}' instead.`;

test.each<[Parameters<typeof toWrongHostError>[0], string, unknown, unknown, string]>([
  ['fetch', 'Hono', { req: { raw: request } }, undefined, pass],
  ['fetch', 'Hono, given its own request', { raw: request }, undefined, pass],
  ['express', 'Hono', { req: { raw: request } }, undefined, `${use('fetch')} ${pass}`],
  ['fastify', 'a route of Fastify', {}, reply, register],
  ['express', 'a route of Fastify', {}, reply, `${use('fastify')} ${register}`],
  ['fetch', 'SvelteKit', { request }, undefined, 'Pass it the request: ({ request }) => handler(request).'],
  [
    'express',
    'Koa',
    node,
    () => undefined,
    `${use('node')} Pass it what Node has: (ctx) => { ctx.respond = false; handler(ctx.req, ctx.res); }.`,
  ],
  ['fetch', 'a server of Node', node.req, node.res, use('node')],
])('the handler for %s says what to do where %s called it', (mounted, _, first, second, advice) => {
  expect(toWrongHostError(mounted, first, second).message).toMatch(
    /^This is the mcpHandler of .* called it\./,
  );
  expect(toWrongHostError(mounted, first, second).message.endsWith(`called it. ${advice}`)).toBe(true);
});
