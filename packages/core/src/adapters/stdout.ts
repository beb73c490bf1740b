import process from 'node:process';

/** Standard output while only the protocol writes to it. */
export interface ClaimedStdout {
  /** Resolves when the text is written, and rejects when the client does not read any more. */
  write: (text: string) => Promise<void>;
  /** Gives standard output back to the app. */
  release: () => void;
}

let isClaimed = false;

/**
 * Takes standard output for the protocol. From now on, what the app writes there goes to standard error. What is written
 * to file descriptor 1 without `process.stdout` cannot be redirected.
 */
export function claimStdout(): ClaimedStdout {
  if (isClaimed)
    throw new Error('standard output already serves MCP; call serveStdio only once in a process');
  isClaimed = true;
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  const redirect = (...args: Parameters<typeof stderr.write>) => {
    stderr.write(...args);
    // With `false`, the caller would wait for `drain`, which the other stream would emit.
    return true;
  };
  stdout.write = redirect as typeof stdout.write;
  // `write` rejects when the client is gone. Without a listener, the error event would end the process, too.
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
