import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { openPglite, openPostgres } from './db/database.ts';
import { seedDatabase } from './sample/seed.ts';
import { createApp } from './server.ts';
import { welcomeText } from './welcome.ts';

const { DATABASE_URL, DEMO_DATA_DIR, PORT = '3000' } = process.env;

try {
  await start();
} catch (error) {
  console.error(`The demo could not start: ${reasonOf(error)}`);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const port = Number(PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT is "${PORT}", which is no port.`);

  console.log('Preparing the database. The first time this takes some seconds.');
  const folder = DEMO_DATA_DIR ?? fileURLToPath(new URL('../.data', import.meta.url));
  const database = DATABASE_URL ? await openPostgres(DATABASE_URL) : await openPglite({ folder });
  try {
    await seedDatabase(database.db);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`;
    server.on('request', await createApp(database.db, url));
    console.log(welcomeText(url, DATABASE_URL ? undefined : folder));

    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    // Calls under way may finish, but nobody waits for one that hangs.
    setTimeout(() => server.closeAllConnections(), 3000).unref();
    server.close();
    await once(server, 'close');
  } finally {
    await database.close();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `port ${PORT} is taken. Stop what uses it, or set PORT to another one, such as 3001.`;
  }
  // Drizzle says which query failed, its cause why; a refused connection is one error for each address.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
