import { createRequire } from 'node:module';

const needed = 22;

/** Finds a Node that can run the suite: this one if it is new enough, else the one that is installed with the suite. */
export function nodeForSuite(): string {
  if (Number(process.versions.node.split('.')[0]) >= needed) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/node`);
  } catch (cause) {
    throw new Error(
      `The suite needs Node ${needed}, and ${name} is not installed: run this with Node ${needed}.`,
      {
        cause,
      },
    );
  }
}
