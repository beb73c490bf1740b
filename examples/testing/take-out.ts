import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { listExamples, packPackages, writeStandalone } from './standalone.ts';

const [name = '', folder] = process.argv.slice(2);
const names = await listExamples();
if (!names.includes(name) || folder === undefined) {
  console.error(`Name an example and an empty folder for it: ${names.join(', ')}`);
  process.exit(1);
}

// pnpm runs this in the folder of its package, and says where it was called.
const target = resolve(process.env['INIT_CWD'] ?? '.', folder);
const packed = await mkdtemp(join(tmpdir(), 'trpc-mcp-packages-'));
try {
  await mkdir(target, { recursive: true });
  await writeStandalone(name, target, await packPackages(packed));
  console.log(`${target} has the example "${name}". Run npm install there.`);
} finally {
  await rm(packed, { recursive: true });
}
