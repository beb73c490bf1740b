import type { CallToolResult } from '@modelcontextprotocol/client';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { extname, join, relative, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';

type Block = CallToolResult['content'][number];
type Row = Record<string, unknown>;

/** Shows a result: text, a table of rows, and files, which are written to a folder. */
export async function showResult(
  result: CallToolResult,
  tool: string,
  folder: string,
  terminal: Terminal,
): Promise<void> {
  const rows = terminal.isTerminal && !result.isError ? rowsOf(result.structuredContent) : undefined;
  if (rows) showRows(rows, terminal);
  const isCopy = rows !== undefined;
  for (const block of result.content) {
    if (block.type === 'text') {
      if (!isCopy || !isJson(block.text)) terminal.print(block.text);
    } else if (block.type === 'resource_link') {
      terminal.print(`${block.title ?? block.name}: ${block.uri}`);
    } else {
      await showFile(block, tool, folder, terminal);
    }
  }
  if (result.content.length === 0 && !isCopy && result.structuredContent !== undefined)
    terminal.printJson(result.structuredContent);
}

/** The rows of a result: a list of objects, or an object whose only list is one. */
export function rowsOf(structured: unknown): Row[] | undefined {
  if (isRows(structured)) return structured;
  if (typeof structured !== 'object' || structured === null || Array.isArray(structured)) return undefined;
  const lists = Object.values(structured).filter((value) => Array.isArray(value));
  return lists.length === 1 && isRows(lists[0]) ? lists[0] : undefined;
}

function isRows(value: unknown): value is Row[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row))
  );
}

const mostCell = 60;

function showRows(rows: readonly Row[], terminal: Terminal): void {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  terminal.table(
    keys,
    rows.map((row) => keys.map((key) => toCell(row[key]))),
  );
}

function toCell(value: unknown): string {
  const text =
    value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  // Control characters would move the cursor.
  const line = text.replaceAll(/\p{Cc}+/gu, ' ');
  return line.length > mostCell ? `${line.slice(0, mostCell - 1)}…` : line;
}

function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** Writes a picture, a sound or a file to the folder, under a name that is free. */
async function showFile(
  block: Exclude<Block, { type: 'text' | 'resource_link' }>,
  tool: string,
  folder: string,
  terminal: Terminal,
): Promise<void> {
  const { bytes, mimeType, name } = contentOf(block);
  const file = await save(folder, name ?? `${toFileName(tool) || 'result'}${extensionOf(mimeType)}`, bytes);
  terminal.print(
    `${relative(terminal.cwd, file) || file}  ${terminal.colors.dim(`${mimeType}, ${bytes.length.toLocaleString('en')} bytes`)}`,
  );
}

async function save(folder: string, name: string, bytes: Buffer): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    const file = freeName(folder, name);
    await writeFile(file, bytes, { flag: 'wx' });
    return file;
  } catch (cause) {
    throw new CliError(
      `${name} cannot be written to ${folder} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`,
      { cause, exitCode: exitCode.failed, fix: 'Name a folder that you may write into with --output.' },
    );
  }
}

function contentOf(block: Exclude<Block, { type: 'text' | 'resource_link' }>): {
  bytes: Buffer;
  mimeType: string;
  name: string | undefined;
} {
  if (block.type !== 'resource')
    return { bytes: Buffer.from(block.data, 'base64'), mimeType: block.mimeType, name: undefined };
  const { resource } = block;
  const bytes =
    'blob' in resource ? Buffer.from(resource.blob, 'base64') : Buffer.from(resource.text, 'utf8');
  return { bytes, mimeType: resource.mimeType ?? 'application/octet-stream', name: lastPart(resource.uri) };
}

/** The last part of a URI as the name of a file. A server chooses it, so it must not lead out of the folder. */
function lastPart(uri: string): string | undefined {
  const part = /[^/\\:?#]+(?=[?#]|$)/.exec(uri)?.[0] ?? '';
  const name = toFileName(safeDecode(part));
  return name === '' || extname(name) === '' ? undefined : name;
}

/** A name that leads nowhere else, and is not hidden. */
function toFileName(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{N} ._-]/gu, '_')
    .slice(-100)
    .replace(/^[. ]+/, '');
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function freeName(folder: string, name: string): string {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; ; number++) {
    const file = resolve(join(folder, number === 1 ? name : `${stem}-${number}${extension}`));
    if (!existsSync(file)) return file;
  }
}

const extensions: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/svg+xml': '.svg',
  'audio/mpeg': '.mp3',
  'audio/wav': '.wav',
  'audio/ogg': '.ogg',
  'application/pdf': '.pdf',
  'application/json': '.json',
  'application/zip': '.zip',
  'text/csv': '.csv',
  'text/html': '.html',
  'text/plain': '.txt',
};

function extensionOf(mimeType: string): string {
  return extensions[mimeType.split(';')[0]!.trim().toLowerCase()] ?? '.bin';
}
