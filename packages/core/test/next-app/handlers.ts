import type { CreateNextContextOptions } from '@trpc/server/adapters/next';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../../src/adapters/node.ts';
import { cookies, options, router, userOf } from '../transports/router.ts';

/** For a route of the app router. */
export const route = fetchHandler(router, {
  ...options,
  createContext({ req, resHeaders }) {
    for (const { name, value } of cookies) resHeaders.append('set-cookie', `${name}=${value}; Path=/`);
    return { user: userOf(req.headers.get('authorization')) };
  },
});

/** For an API route of the pages router. */
export const apiRoute = nodeHandler(router, {
  ...options,
  createContext({ req, res }: CreateNextContextOptions) {
    res.setHeader(
      'set-cookie',
      cookies.map(({ name, value }) => `${name}=${value}; Path=/`),
    );
    return { user: userOf(req.headers.authorization) };
  },
});
