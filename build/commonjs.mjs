// Completes a package that `tsc` has built, in its folder: gives dist/cjs, the CommonJS form, what it needs beside the
// compiled files. Run by the build scripts of packages. What is ESM alone is named below, and nothing else may be.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';

const folder = join(process.cwd(), 'dist/cjs');
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** How `tsc` writes `import(specifier)` in CommonJS. */
const required = (specifier) =>
  new RegExp(
    `Promise\\.resolve\\(\\)\\.then\\(\\(\\) => (__importStar\\(require\\(['"]${specifier}['"]\\)\\))\\)`,
    'g',
  );

/** What is loaded with a real `import()` when it is needed, because `require` does not load it before Node 20.19 and 22.12. */
const imported = {
  ai: 'ai',
  jose: 'jose',
  'oidc-provider': 'oidc-provider',
  'request-filtering-agent': 'request-filtering-agent',
  'quickjs-wasi': 'quickjs-wasi',
  // The engine and the page stand once in their packages, because they are large.
  './engine/binary.js': '../engine/binary.js',
  './document.js': '../document.js',
};

/** What is ESM alone and needed at once. It is small, and its form becomes CommonJS here. */
const copied = ['stemmer'];

const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const needed = new Set();
for (const path of paths.filter((each) => each.endsWith('.js'))) {
  const file = join(folder, path);
  let text = readFileSync(file, 'utf8');
  for (const [specifier, target] of Object.entries(imported))
    text = text.replace(required(specifier), () => `import('${target}')`);
  // A bundler takes a package for optional only if `require` itself stands in the `try`.
  text = text.replace(required('@opentelemetry/api'), '$1');
  for (const name of copied) {
    text = text.replaceAll(`require("${name}")`, () => {
      needed.add(name);
      const from = relative(dirname(path), `vendor/${name}.js`).replaceAll('\\', '/');
      return `require("${from.startsWith('.') ? from : `./${from}`}")`;
    });
  }
  writeFileSync(file, text);
}

const { resolve } = createRequire(join(process.cwd(), 'package.json'));
for (const name of needed) {
  const source = resolve(name);
  const text = readFileSync(source, 'utf8');
  const names = [...text.matchAll(/^export function (\w+)/gm)].map((match) => match[1]);
  const rest = text.replaceAll(/^export function /gm, 'function ');
  assert.ok(names.length > 0 && !/^(?:import|export)\b/m.test(rest), `${name} has another form than it had`);
  const license = readFileSync(join(dirname(source), 'license'), 'utf8').trim();
  const exported = names.map((each) => `exports.${each} = ${each};`).join('\n');
  const target = join(folder, 'vendor', `${name}.js`);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `/*! ${name}\n\n${license}\n*/\n'use strict';\n${exported}\n${rest}`);
}

// The nearest package.json says which form a file has, and tells bundlers which files have side effects.
const sideEffects = Array.isArray(manifest.sideEffects)
  ? manifest.sideEffects.filter((each) => each.startsWith('**/'))
  : manifest.sideEffects;
const nested = { type: 'commonjs', sideEffects };
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(nested, undefined, 2)}\n`);
