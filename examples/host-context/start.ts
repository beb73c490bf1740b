import type { Session } from './router.ts';
import { readSession } from './sessions.ts';

interface RouteInput {
  request: Request;
  context: { session: Session | null };
}

type Handlers = Partial<
  Record<'GET' | 'POST' | 'DELETE' | 'OPTIONS', (input: RouteInput) => Promise<Response>>
>;

/** Has the form of TanStack Start’s `createFileRoute`, with a request middleware that adds `session` to the context. */
export function createFileRoute(path: string) {
  return ({ server: { handlers } }: { server: { handlers: Handlers } }) => ({
    path,
    async serve(request: Request): Promise<Response> {
      const handler = handlers[request.method as keyof Handlers];
      const context = { session: readSession(request.headers) };
      return handler ? handler({ request, context }) : new Response(null, { status: 404 });
    },
  });
}
