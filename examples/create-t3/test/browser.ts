import superjson from 'superjson';

/** What a person's browser does with the app, over plain HTTP. */
export interface Browser {
  /** Gets a page, as text. */
  open(path: string): Promise<string>;
  /** Calls a procedure over tRPC. Rejects with the message of its error. */
  query(path: string): Promise<unknown>;
  mutate(path: string, input: unknown): Promise<unknown>;
  /** The header `Cookie` of the next request. */
  cookie(): string;
}

interface Init {
  method?: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams;
}

/** Opens a browser that is not signed in. */
export function openBrowser(
  origin: string,
): Browser & { signIn(name: string, password: string): Promise<void> } {
  const cookies = new Map<string, string>();
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  const send = async (path: string, init: Init = {}) => {
    const headers = { ...init.headers, ...(cookies.size > 0 && { cookie: cookie() }) };
    const response = await fetch(`${origin}${path}`, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) cookies.set(name!, value);
      else cookies.delete(name!);
    }
    return response;
  };

  const read = async (response: Response) => {
    const { result, error } = (await response.json()) as {
      result?: { data: never };
      error?: { json: { message: string } };
    };
    if (error) throw new Error(error.json.message);
    return superjson.deserialize(result!.data);
  };

  return {
    cookie,
    open: async (path) => (await send(path)).text(),
    query: async (path) => read(await send(`/api/trpc/${path}`)),
    mutate: async (path, input) =>
      read(
        await send(`/api/trpc/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(superjson.serialize(input)),
        }),
      ),
    async signIn(name, password) {
      const { csrfToken } = (await (await send('/api/auth/csrf')).json()) as { csrfToken: string };
      const body = new URLSearchParams({ csrfToken, name, password });
      await send('/api/auth/callback/credentials', { method: 'POST', body });
      const session = (await (await send('/api/auth/session')).json()) as { user?: { name: string } };
      if (session.user?.name !== name) throw new Error(`${name} was not let in`);
    },
  };
}
