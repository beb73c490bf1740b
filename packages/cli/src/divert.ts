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
    write: (chunk: string | Uint8Array, encoding, done) => {
      // An empty chunk asks whether everything is out. Any other is passed on at once, so that notes on standard error stay
      // in the order in which they were written.
      if (chunk.length === 0) {
        write(chunk, encoding, done);
      } else {
        write(chunk, encoding);
        done();
      }
    },
  });
}
