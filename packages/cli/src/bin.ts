#!/usr/bin/env node
import { Console } from 'node:console';
import process from 'node:process';
import { run } from './program.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal();
// What the app prints is not the answer of the command.
globalThis.console = new Console(process.stderr, process.stderr);
// A reader that has seen enough, such as `head`, is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(0);
  });
}

const code = await run(process.argv.slice(2), terminal);
// The app may hold connections that would keep the process alive. What was written has to be out before it ends.
await Promise.all(
  [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => stream.write('', () => resolve())),
  ),
);
process.exit(code);
