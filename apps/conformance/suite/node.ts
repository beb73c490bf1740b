import { createRequire } from 'node:module';

const needed = 22;

/** A Node that the suite runs on: this one when it is new enough, else the one that is installed beside the suite. */
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
