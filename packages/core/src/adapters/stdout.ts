import process from 'node:process';

/** Standard output while it belongs to the protocol. */
export interface ClaimedStdout {
  /** Resolves when more may be written, and rejects when nobody reads any longer. */
  write: (text: string) => Promise<void>;
  /** Gives it back to the app. */
  release: () => void;
}

let isClaimed = false;

/**
 * Takes standard output for the protocol. What the app writes there, with `console` or by itself, goes to standard
 * error from now on. What is written to file descriptor 1 past `process.stdout` cannot be caught.
 */
export function claimStdout(): ClaimedStdout {
  if (isClaimed) throw new Error('standard output serves MCP already: call serveStdio once in a process');
  isClaimed = true;
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  const redirect = (...args: Parameters<typeof stderr.write>) => {
    stderr.write(...args);
    // `drain` would come from the other stream, and whoever waited for it would wait for ever.
    return true;
  };
  stdout.write = redirect as typeof stdout.write;
  // That the client is gone is told by the callback of a write. The app's last words must not end it with an error.
  const ignore = () => undefined;
  for (const stream of [stdout, stderr]) stream.on('error', ignore);
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        write(text, (error) => (error ? reject(error) : resolve()));
      }),
    release() {
      stdout.write = write;
      for (const stream of [stdout, stderr]) stream.off('error', ignore);
      isClaimed = false;
    },
  };
}
