import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTRPCClient, httpBatchLink, TRPCClientError, type TRPCClient } from '@trpc/client';
import superjson, { type SuperJSONResult } from 'superjson';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { settleActivity } from '../src/activity.ts';
import type { ModelSettings } from '../src/chat/model-settings.ts';
import type { Database } from '../src/db/database.ts';
import type { AppRouter } from '../src/router.ts';
import { tokens } from '../src/sample/cast.ts';
import { createApp } from '../src/server.ts';
import { databases, type TestDatabase } from './databases.ts';

export type Role = keyof typeof tokens;

export const roles = Object.keys(tokens) as Role[];

export interface Demo {
  db: Database;
  url: string;
  /** The app's ordinary client, signed in with the token of a role. */
  as: (role: Role) => TRPCClient<AppRouter>;
  /** The same with any token, or none. */
  withToken: (token: string | undefined) => TRPCClient<AppRouter>;
}

/** Runs the tests of `body` against the app over HTTP, once on each database, all on one copy of the sample data. */
export function describeDemo(body: (demo: Demo) => void): void {
  for (const database of databases) {
    describe.skipIf(database.missing)(titleOf(database), () => {
      const demo: Partial<Demo> = {};
      let close = async () => {};
      beforeAll(async () => {
        const started = await startDemo(database);
        Object.assign(demo, started.demo);
        close = started.close;
      });
      afterAll(() => close());
      // The hook above fills it before any test looks.
      body(demo as Demo);
    });
  }
}

/** Opens a subscription over tRPC until its first item. Rejects if it is refused, as the ordinary client does. */
export async function subscribe(
  url: string,
  role: Role | undefined,
  path: string,
  input: unknown,
): Promise<void> {
  const headers: Record<string, string> =
    role === undefined ? {} : { authorization: `Bearer ${tokens[role].token}` };
  const query = encodeURIComponent(JSON.stringify(superjson.serialize(input)));
  const { body } = await fetch(`${url}/trpc/${path}?input=${query}`, {
    headers: { ...headers, accept: 'text/event-stream' },
  });
  let text = '';
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const refused = /^event: serialized-error\ndata: (.*)\n/m.exec(text)?.[1];
    if (refused !== undefined) {
      throw TRPCClientError.from({ error: superjson.deserialize(JSON.parse(refused) as SuperJSONResult) });
    }
    if (/^id: /m.test(text)) return;
  }
  throw new Error(`${path} ended without an item: ${text}`);
}

/** Expects a call to be refused, with this code and a message that says at least this. */
export async function expectRefusal(
  call: Promise<unknown>,
  code: string,
  message: RegExp | string,
): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TRPCClientError)) throw error ?? new Error('The call was not refused.');
  expect(error.data).toMatchObject({ code });
  expect(error.message).toMatch(message);
}

function titleOf({ name, missing }: TestDatabase): string {
  return missing ? `${name} (skipped: ${missing})` : name;
}

export async function startDemo(
  database: TestDatabase,
  model?: ModelSettings,
): Promise<{ demo: Demo; close: () => Promise<void> }> {
  const { db, close } = await database.open();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', await createApp(db, url, {}, model));
  const withToken = (token: string | undefined) => createClient(url, token);
  return {
    demo: { db, url, withToken, as: (role) => withToken(tokens[role].token) },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await settleActivity(db);
      await close();
    },
  };
}

function createClient(url: string, token: string | undefined): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: `${url}/trpc`,
        transformer: superjson,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      }),
    ],
  });
}
