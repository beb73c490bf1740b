import process from 'node:process';
import { Writable } from 'node:stream';

/**
 * Sends what the app writes to standard output to standard error, and returns a stream that still reaches standard output: it
 * is for the answer of the command.
 */
export function divertStdout(): Writable {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, encoding, done) => void write(chunk, encoding, done),
  });
}
