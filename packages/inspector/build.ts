import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

// Builds the page into dist/document.js: one HTML file with its script and its style inside.

const result = await build({
  root: fileURLToPath(new URL('page', import.meta.url)),
  configFile: false,
  logLevel: 'warn',
  plugins: [react()],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    write: false,
    license: { fileName: 'licenses.md' },
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
if (!('output' in result)) throw new Error('Vite has built more or less than one bundle.');
const script = result.output.find((file) => file.type === 'chunk')?.code;
const style = result.output.find((file) => file.fileName.endsWith('.css'));
const licenses = result.output.find((file) => file.fileName === 'licenses.md');
if (licenses?.type !== 'asset') throw new Error('Vite has listed no licences of what is bundled.');
if (script === undefined || style?.type !== 'asset')
  throw new Error('Vite has built no script, or no style.');

// The end of an element in a text of the script would end the script.
const scriptText = script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const styleText = String(style.source).trim();
const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>MCP inspector</title>
<style>${styleText}</style>
</head>
<body>
<div id="root"><noscript>This page needs JavaScript. MCP clients do not: give them the address of this page.</noscript></div>
<script type="module">${scriptText}</script>
</body>
</html>
`;
const gzip = gzipSync(html, { level: 9 });
const page = {
  gzip: gzip.toString('base64'),
  etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 27)}"`,
  script: hashOf(scriptText),
  style: hashOf(styleText),
};
await writeFile(
  new URL('dist/document.js', import.meta.url),
  `export const page = ${JSON.stringify(page, undefined, 2)};\n`,
);
await writeFile(new URL('dist/licenses.md', import.meta.url), licenses.source);
console.log(`The inspector is ${Math.round(gzip.byteLength / 1000)} kB, compressed with gzip.`);

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
