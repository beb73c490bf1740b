import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { settleActivity } from './activity.ts';
import { readModelSettings } from './chat/model-settings.ts';
import { openPglite, openPostgres } from './db/database.ts';
import { seedDatabase } from './sample/seed.ts';
import { createApp } from './server.ts';
import { openShared } from './shared.ts';
import { keepStreams } from './streams.ts';
import { wakeUpWatchers } from './wake-up.ts';
import { welcomeText } from './welcome.ts';

// The last three are for several nodes: Redis, the shared secret, and the public address.
const { DATABASE_URL, DEMO_DATA_DIR, PORT = '3000', REDIS_URL, MCP_SECRET, PUBLIC_URL } = process.env;

try {
  await start();
} catch (error) {
  console.error(`The demo could not start: ${reasonOf(error)}`);
  process.exitCode = 1;
} finally {
  if (process.connected) process.disconnect();
}

async function start(): Promise<void> {
  // As one node of several: the process that started this one may end without a signal.
  const abandoned = once(process, 'disconnect');
  const port = Number(PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT is "${PORT}", which is not a port.`);
  const model = readModelSettings(process.env);

  console.log('Preparing the database. The first time this takes some seconds.');
  const folder = DEMO_DATA_DIR ?? fileURLToPath(new URL('../.data', import.meta.url));
  const database = DATABASE_URL ? await openPostgres(DATABASE_URL) : await openPglite({ folder });
  const shared =
    DATABASE_URL && REDIS_URL && MCP_SECRET ? openShared(REDIS_URL, DATABASE_URL, MCP_SECRET) : undefined;
  try {
    await seedDatabase(database.db);
    const server = createServer().listen(port, '127.0.0.1');
    const streams = keepStreams(server);
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`;
    server.on('request', await createApp(database.db, PUBLIC_URL ?? url, shared?.options, model));
    console.log(welcomeText(url, DATABASE_URL ? undefined : folder));
    process.send?.({ url });
    // Another node may have written what is watched here.
    if (shared) setInterval(wakeUpWatchers, 1000).unref();

    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), abandoned]);
    // Running calls may finish, but the process does not wait for a call that hangs.
    setTimeout(() => server.closeAllConnections(), 3000).unref();
    server.close();
    streams.end();
    await once(server, 'close');
  } finally {
    await settleActivity(database.db);
    await shared?.close();
    await database.close();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `port ${PORT} is taken. Stop what uses it, or set PORT to another one, such as 3001.`;
  }
  // Drizzle's error says which query failed, and its cause says why. A refused connection has one error for each
  // address.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
