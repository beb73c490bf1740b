#!/usr/bin/env node
import { Console } from 'node:console';
import process from 'node:process';
import { divertStdout } from './divert.ts';
import { run } from './program.ts';
import { createTerminal } from './terminal.ts';

// What the app prints is not the answer of the command. `serve` decides itself what standard output is for.
const isServing = process.argv[2] === 'serve';
const answer = isServing ? process.stdout : divertStdout();
const terminal = createTerminal(answer);
globalThis.console = new Console(process.stderr, process.stderr);
// A reader that has seen enough, such as `head`, is no failure.
for (const stream of new Set([answer, process.stdout, process.stderr])) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(0);
  });
}

const code = await run(process.argv.slice(2), terminal);
// The app may hold connections that would keep the process alive. What was written has to be out before it ends.
await Promise.all(
  [answer, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
);
process.exit(code);
