import { postRouter } from './routers/post';
import { tokenRouter } from './routers/token';
import { createCallerFactory, createTRPCRouter } from './trpc';

export const appRouter = createTRPCRouter({ post: postRouter, token: tokenRouter });

export type AppRouter = typeof appRouter;

export const createCaller = createCallerFactory(appRouter);
