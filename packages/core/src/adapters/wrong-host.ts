/** The hosts that have an `mcpHandler` of their own. */
type Host = 'express' | 'fastify' | 'fetch' | 'node';

/** Makes the error for a handler that was given something else than its host gives. It says which handler to import. */
export function toWrongHostError(mounted: Host, first: unknown, second: unknown): TypeError {
  const { host, advice } = recognize(mounted, first, second);
  return new TypeError(
    `This is the mcpHandler of @trpc-mcp/core/${mounted}, and ${host} called it. ${advice ?? `Import mcpHandler from the subpath of your host: ${subpaths}.`}`,
  );
}

/** Whether a value is a request as fetch hosts pass it. It may be of another realm, or of a polyfill. */
export function isWebRequest(value: unknown): value is Request {
  if (!isObject(value)) return false;
  const { headers, url } = value as { headers?: unknown; url?: unknown };
  return isObject(headers) && hasMethod(headers, 'get') && typeof url === 'string';
}

/** Whether values are a request and a response of Node's, which Express and other frameworks extend. */
export function isNodePair(req: unknown, res: unknown): boolean {
  return isObject(req) && 'headers' in req && !isWebRequest(req) && isNodeResponse(res);
}

/**
 * Answers a call by a host that would wait for an answer for ever: passes the error to the next handler of Express, or
 * answers with 500. Throws the error to any other host.
 */
export function answerWrongHost(error: TypeError, res: unknown, next: unknown): void {
  if (typeof next === 'function') {
    (next as (error: unknown) => void)(error);
    return;
  }
  if (!isNodeResponse(res)) throw error;
  console.error(error);
  res.writeHead(500);
  res.end();
}

const subpaths = ['express', 'fastify', 'fetch', 'node'].map((host) => `@trpc-mcp/core/${host}`).join(', ');

function recognize(mounted: Host, first: unknown, second: unknown): { host: string; advice?: string } {
  const importing = (host: Host, then = '') =>
    [mounted === host ? '' : `Import mcpHandler from '@trpc-mcp/core/${host}' instead.`, then]
      .filter((sentence) => sentence !== '')
      .join(' ');
  if (isWebRequest(first)) return { host: 'a host with fetch', advice: importing('fetch') };
  if (isNodeResponse(second)) {
    // Express gives both an `app`; Node's own server and frameworks that are like it do not.
    const isExpress = isObject(first) && typeof (first as { app?: unknown }).app === 'function';
    return isExpress
      ? { host: 'Express', advice: importing('express') }
      : { host: 'a server of Node', advice: importing('node') };
  }
  if (isObject(second) && hasMethod(second, 'send') && hasMethod(second, 'code')) {
    const advice = importing(
      'fastify',
      "Register it as a plugin: app.register(handler, { prefix: '/mcp' }).",
    );
    return { host: 'a route of Fastify', advice };
  }
  if (isFastify(first)) return { host: 'Fastify', advice: importing('fastify') };
  const { req, res, request, raw } = (isObject(first) ? first : {}) as {
    req?: { raw?: unknown };
    res?: unknown;
    request?: unknown;
    raw?: unknown;
  };
  if (isWebRequest(req?.raw) || isWebRequest(raw)) {
    return { host: 'Hono', advice: importing('fetch', 'Pass it the request: (c) => handler(c.req.raw).') };
  }
  if (isNodePair(req, res)) {
    const advice = 'Pass it what Node has: (ctx) => { ctx.respond = false; handler(ctx.req, ctx.res); }';
    return { host: 'Koa', advice: importing('node', `${advice}.`) };
  }
  if (isWebRequest(request)) {
    const advice = importing('fetch', 'Pass it the request: ({ request }) => handler(request).');
    return { host: 'a framework with an event', advice };
  }
  return { host: 'another host' };
}

/** Whether a value is an app of Fastify, as a plugin is given it. */
export function isFastify(value: unknown): boolean {
  return isObject(value) && hasMethod(value, 'addContentTypeParser');
}

function isNodeResponse(
  value: unknown,
): value is { writeHead: (status: number) => unknown; end: () => unknown } {
  return isObject(value) && hasMethod(value, 'writeHead') && hasMethod(value, 'end');
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function hasMethod(value: object, name: string): boolean {
  return typeof (value as Record<string, unknown>)[name] === 'function';
}
