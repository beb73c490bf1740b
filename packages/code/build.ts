// Puts the WebAssembly of the engine into `dist`: as a file, and as a JavaScript module that every bundler takes along.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { readBinary } from './src/engine/binary.js';

const target = new URL('dist/engine/', import.meta.url);
const bytes = await readBinary();
await mkdir(target, { recursive: true });
await writeFile(new URL('quickjs.wasm', target), bytes);
const text = gzipSync(bytes, { level: 9 }).toString('base64');
await writeFile(
  new URL('binary.js', target),
  `// The WebAssembly of the engine, compressed.
const text =
  '${text}';

/** Reads the bytes of the WebAssembly module. */
export async function readBinary() {
  const compressed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
`,
);
await copyFile(new URL('src/engine/binary.d.ts', import.meta.url), new URL('binary.d.ts', target));
await writeFile(
  new URL('quickjs.d.wasm.ts', target),
  '/** A `WebAssembly.Module`. */\ndeclare const wasm: object;\nexport default wasm;\n',
);
// The files hold the work of others, whose license wants to be with it.
const license = await readFile(new URL('node_modules/quickjs-wasi/LICENSE', import.meta.url), 'utf8');
const authors = `quickjs.wasm is made from quickjs.wasm of quickjs-wasi, which holds QuickJS-NG. Both have the MIT License.

QuickJS-NG: Copyright (c) 2017-2025 Fabrice Bellard, Charlie Gordon, Ben Noordhuis, Saúl Ibarra Corretgé

quickjs-wasi:

`;
await writeFile(new URL('quickjs.LICENSE', target), authors + license);
// It is for Workers, which are ES modules alone.
for (const name of ['workerd.js', 'workerd.js.map', 'workerd.d.ts', 'workerd.d.ts.map'])
  await rm(new URL(`dist/cjs/${name}`, import.meta.url), { force: true });
