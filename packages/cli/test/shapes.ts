// Apps in the style of public ones, before `init`.
export type Files = Readonly<Record<string, string>>;

const tsconfig = (options: object = {}, rest: object = {}) =>
  JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.iterable'],
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      jsx: 'preserve',
      allowImportingTsExtensions: true,
      ...options,
    },
    ...rest,
  });
const manifest = (more: object = {}) =>
  `${JSON.stringify({ name: 'acme', version: '1.0.0', private: true, type: 'module', dependencies: { '@trpc/server': '^11.0.0', zod: '^4.0.0' }, ...more }, undefined, 2)}\n`;
const bundled = { module: 'esnext', moduleResolution: 'bundler' };

/** Express, ESM, superjson, double quotes and no spaces at the end. */
export const express: Files = {
  'package.json': manifest(),
  'tsconfig.json': tsconfig(),
  'src/trpc.ts': `import { initTRPC, TRPCError } from "@trpc/server";
import type { CreateExpressContextOptions } from "@trpc/server/adapters/express";
import superjson from "superjson";

export const createContext = ({ req }: CreateExpressContextOptions) => ({
  user: req.get("x-user"),
});
type Context = Awaited<ReturnType<typeof createContext>>;

const t = initTRPC.context<Context>().create({
  transformer: superjson, // dates
});

export const { router, procedure: publicProcedure } = t;
export const authed = t.procedure.use(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  return next({ ctx: { user: ctx.user } });
});
`,
  'src/router.ts': `import { z } from "zod";
import { authed, publicProcedure, router } from "./trpc.ts";

export const appRouter = router({
  hello: publicProcedure.input(z.object({ name: z.string() })).query(({ input }) => \`Hi \${input.name}\`),
  me: authed.query(({ ctx }) => ({ user: ctx.user, at: new Date(0) })),
  forget: authed.mutation(() => true),
});
export type AppRouter = typeof appRouter;
`,
  'src/server.ts': `import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express from "express";
import { appRouter } from "./router.ts";
import { createContext } from "./trpc.ts";

const app = express();

// tRPC
app.use("/api/trpc", createExpressMiddleware({ router: appRouter, createContext })); // the API

app.get("/", (_req, res) => {
  res.send("ok");
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(JSON.stringify(server.address()));
});
`,
};

/** A monorepo in the style of create-t3-turbo: the router in a package, the app router of Next.js, and meta of its own. */
export const turbo: Files = {
  'package.json': manifest({ workspaces: ['apps/*', 'packages/*'], packageManager: 'pnpm@10.0.0' }),
  'pnpm-workspace.yaml': 'packages:\n  - apps/*\n  - packages/*\n',
  'packages/api/package.json': manifest({ name: '@acme/api', exports: { '.': './src/index.ts' } }),
  'packages/api/tsconfig.json': tsconfig(bundled),
  'packages/api/src/trpc.ts': `/**
 * 1. CONTEXT
 */
import { initTRPC } from "@trpc/server";
import superjson from "superjson";
import { z, ZodError } from "zod";

export const createTRPCContext = async (opts: { headers: Headers }) => {
  return { user: opts.headers.get("x-user") };
};

/** What procedures say of themselves. */
interface Meta {
  track?: string;
}

const t = initTRPC
  .context<typeof createTRPCContext>()
  .meta<Meta>()
  .create({
    transformer: superjson,
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      data: { ...shape.data, zod: error.cause instanceof ZodError ? z.treeifyError(error.cause) : null },
    }),
  });

export const createTRPCRouter = t.router;
export const publicProcedure = t.procedure;
`,
  'packages/api/src/root.ts': `import { createTRPCRouter, publicProcedure } from "./trpc";

export const appRouter = createTRPCRouter({
  post: createTRPCRouter({
    all: publicProcedure.meta({ track: "all" }).query(({ ctx }) => [{ id: 1, by: ctx.user }]),
  }),
});
export type AppRouter = typeof appRouter;
`,
  'packages/api/src/index.ts': `export { type AppRouter, appRouter } from "./root";
export { createTRPCContext } from "./trpc";
`,
  'apps/web/package.json': manifest({
    name: '@acme/web',
    dependencies: { '@acme/api': 'workspace:*', next: '^16.0.0', '@trpc/server': '^11.0.0' },
  }),
  'apps/web/tsconfig.json': tsconfig({ ...bundled, paths: { '~/*': ['./src/*'] } }),
  'apps/web/src/app/api/trpc/[trpc]/route.ts': `import type { NextRequest } from "next/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";

import { appRouter, createTRPCContext } from "@acme/api";

import { env } from "../../../../env";

/**
 * Wraps the context of each request.
 */
const createContext = async (req: NextRequest) => {
  return createTRPCContext({
    headers: req.headers,
  });
};

const handler = (req: NextRequest) =>
  fetchRequestHandler({
    endpoint: "/api/trpc",
    req,
    router: appRouter,
    createContext: () => createContext(req),
    onError: env === "development" ? ({ path }) => console.error(path) : undefined,
  });

export { handler as GET, handler as POST };
`,
  'apps/web/src/env.ts': `export const env: string = "development";\n`,
};

/** Fastify, with tabs, no semicolons, an alias of initTRPC, and a createContext inside of the options. */
export const fastify: Files = {
  'package.json': manifest({ packageManager: 'yarn@4.0.0' }).replaceAll('  ', '\t'),
  'tsconfig.json': tsconfig(),
  'src/trpc.ts': `import { initTRPC as init } from '@trpc/server'

type Context = { user: string | undefined }

export const t = init
	// who it is
	.context<Context>()
	.create()
`,
  'src/router.ts': `import { t } from './trpc.ts'

export const appRouter = t.router({
	me: t.procedure.query(({ ctx }) => ({ user: ctx.user ?? 'nobody' })),
})
`,
  'src/server.ts': `import { fastifyTRPCPlugin, type FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import fastify from 'fastify'
import { appRouter } from './router.ts'

async function main() {
	const server = fastify({ routerOptions: { maxParamLength: 5000 } })
	await server.register(fastifyTRPCPlugin, {
		prefix: '/trpc',
		trpcOptions: {
			router: appRouter,
			createContext({ req }) {
				const user = req.headers['x-user']
				return { user: user === undefined ? undefined : String(user) }
			},
			onError({ path }) {
				console.error(path)
			},
		} satisfies FastifyTRPCPluginOptions<typeof appRouter>['trpcOptions'],
	})
	await server.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' })
	console.log(JSON.stringify(server.server.address()))
}
void main()
`,
};

/** Hono with its own tRPC middleware, whose context is Hono's. */
export const hono: Files = {
  'package.json': manifest(),
  'tsconfig.json': tsconfig(),
  'src/router.ts': `import { initTRPC } from '@trpc/server';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { Context as HonoContext } from 'hono';

export const createContext = async (_opts: FetchCreateContextFnOptions, c: HonoContext) => ({ user: c.req.header('x-user') });

const t = initTRPC.context<typeof createContext>().meta<{ track?: boolean }>().create();

export const appRouter = t.router({
  me: t.procedure.query(({ ctx }) => ({ user: ctx.user ?? 'nobody' })),
});
`,
  'src/server.ts': `import { serve } from '@hono/node-server';
import { trpcServer } from '@hono/trpc-server';
import { Hono } from 'hono';
import { appRouter, createContext } from './router.ts';

const app = new Hono()
  .get('/', (c) => c.text('ok'))
  .use('/trpc/*', trpcServer({ router: appRouter, createContext }));

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) }, (address) => {
  console.log(JSON.stringify(address));
});
`,
};

/** The standalone server, CRLF, everything in one file. */
export const standalone: Files = {
  'package.json': manifest(),
  'tsconfig.json': tsconfig(),
  'src/server.ts': `import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';

const t = initTRPC.create();
const appRouter = t.router({ hello: t.procedure.query(() => 'Hi') });

const server = createHTTPServer({
  router: appRouter,
  createContext: () => ({}),
  basePath: '/trpc/',
});
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify(server.address()));
});
`.replaceAll('\n', '\r\n'),
};

/** The pages router of Next.js. */
export const pages: Files = {
  'package.json': manifest({ type: 'commonjs' }),
  'tsconfig.json': tsconfig({ ...bundled, paths: { '~/*': ['./src/*'] } }),
  'src/server/trpc.ts': `import * as trpc from '@trpc/server';
import type { CreateNextContextOptions } from '@trpc/server/adapters/next';

export const createContext = ({ req }: CreateNextContextOptions) => ({ user: req.headers['x-user'] });
const t = trpc.initTRPC.context<typeof createContext>().create();
export const appRouter = t.router({ hello: t.procedure.query(() => 'Hi') });
`,
  'src/pages/api/trpc/[trpc].ts': `import * as trpcNext from '@trpc/server/adapters/next';
import { createContext } from '../../../server/trpc';
import { appRouter } from '~/server/trpc';

export default trpcNext.createNextApiHandler({
  router: appRouter,
  createContext,
});
`,
};

/** JavaScript, CommonJS, a server of node with a handler. */
export const commonjs: Files = {
  'package.json': manifest({ type: 'commonjs' }),
  'router.js': `const { initTRPC } = require('@trpc/server');

const t = initTRPC.create();
exports.appRouter = t.router({ hello: t.procedure.query(() => 'Hi') });
`,
  'server.js': `'use strict';
const http = require('http');
const { createHTTPHandler } = require('@trpc/server/adapters/standalone');
const { appRouter } = require('./router');

const handler = createHTTPHandler({ router: appRouter, createContext: async () => ({}) });

const server = http.createServer((request, response) => {
  if (request.url === '/health') {
    response.end('ok');
    return;
  }
  handler(request, response);
});
server.listen(process.env.PORT || 3000, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
`,
};
