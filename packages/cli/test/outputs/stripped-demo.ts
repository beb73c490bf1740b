import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const demo = fileURLToPath(new URL('../../../../apps/demo', import.meta.url));
const types = fileURLToPath(new URL('../../../../node_modules/@types', import.meta.url));

/** Copies the demo without any `.output()`, and returns the folder. */
export function stripDemo(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'trpc-mcp-demo-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(demo, 'src'), join(folder, 'src'), { recursive: true });
  const routers = join(folder, 'src/routers');
  for (const name of readdirSync(routers)) {
    const file = join(routers, name);
    writeFileSync(file, withoutOutput(readFileSync(file, 'utf8')));
  }
  symlinkSync(join(demo, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "name": "demo", "type": "module" }');
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    customConditions: ['@trpc-mcp/source'],
    allowImportingTsExtensions: true,
    noEmit: true,
    typeRoots: [types],
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  return folder;
}

/** Removes every call of `.output`, with what is in its parentheses. */
function withoutOutput(text: string): string {
  const at = text.search(/\.output\(/);
  if (at === -1) return text;
  let depth = 0;
  for (let end = text.indexOf('(', at); end < text.length; end++) {
    if (text[end] === '(') depth += 1;
    if (text[end] === ')') depth -= 1;
    if (depth === 0) return withoutOutput(text.slice(0, at) + text.slice(end + 1));
  }
  return text;
}
