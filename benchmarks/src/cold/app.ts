import { type Context, createApp } from '../app/router.ts';

/** How many tools the app has. */
export const tools: number = 50;

export const router: ReturnType<typeof createApp> = createApp({ fillers: tools - 2 });

export function createContext({ req }: { req: Request }): Context {
  return { user: req.headers.get('authorization') ?? undefined };
}
