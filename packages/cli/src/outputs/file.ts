import type { OutputSchemas } from '@trpc-mcp/core';
import type { Schema } from './shape/schema.ts';

/** What one procedure returns. */
export interface ProcedureOutput {
  schema?: Schema;
  items?: Schema;
  optional?: true;
  files?: true;
}

/** The file that is written: what the option `outputs` takes. */
export interface OutputsFile extends OutputSchemas {
  version: 1;
  procedures: Record<string, ProcedureOutput>;
  $defs?: Record<string, Schema>;
}

/** Writes the file, with short lists and objects in one line, so that a change of a type is a few lines of a diff. */
export function writeFile(file: OutputsFile): string {
  return `${write(file, '')}\n`;
}

/** What is longer is written in several lines. */
const longest = 100;

function write(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((each) => write(each, inner))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]) => `${JSON.stringify(key)}: ${write(each, inner)}`);
  const [start, end] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return start + end;
  const line = isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  if (line.length + indent.length <= longest && !line.includes('\n')) return line;
  return `${start}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${end}`;
}
