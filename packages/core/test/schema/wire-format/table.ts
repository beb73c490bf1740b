import { toJsonSchema } from '@valibot/to-json-schema';
import { compileInput, type SchemaOptions } from '../../../src/schema/input.ts';
import { compileOutput } from '../../../src/schema/output.ts';
import { SchemaProblem } from '../../../src/schema/problem.ts';
import { isSame } from '../comparable.ts';
import { createProcedure } from '../procedure.ts';
import { columns, type Row } from './rows.ts';

/** Runs every row with every library, in both directions, and prints the results as a Markdown table. */
export async function printTable(rows: readonly Row[]): Promise<string> {
  const lines = [
    ['Value', 'As an argument', 'As a result', ...columns],
    Array.from({ length: columns.length + 3 }, () => '---'),
  ];
  for (const row of rows) {
    const cells = await Promise.all(
      columns.map(async (column) => {
        const schema = row.schemas[column];
        if (schema === undefined) return '–';
        const codecs =
          column === 'zod 3' && row.hidden !== undefined ? [{ parser: schema, class: row.hidden }] : [];
        const options = { codecs, converters: { valibot: toJsonSchema } };
        const ways = [await tryInput(schema, row, options)];
        if (row.inputOnly !== true) ways.push(await tryOutput(schema, row, options));
        if (codecs.length > 0) ways.push('named');
        return [...new Set(ways)].join(', ');
      }),
    );
    const result = cells.some((cell) => cell.includes('out')) ? code(row.result ?? row.wire) : '–';
    lines.push([row.type, code(row.wire), result, ...cells]);
  }
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

async function tryInput(schema: unknown, row: Row, options: SchemaOptions): Promise<string> {
  try {
    const input = compileInput([schema], options);
    const args = 'input' in (input.schema.properties ?? {}) ? { input: row.wire } : row.wire;
    const { value } = await createProcedure([schema])(input.decode(args));
    return (await isSame(value, row.value)) ? 'in' : 'in: differs';
  } catch (error) {
    return toCode(error);
  }
}

async function tryOutput(schema: unknown, row: Row, options: SchemaOptions): Promise<string> {
  try {
    const { json } = await compileOutput(schema, options).encode(row.value);
    return (await isSame(json, row.result ?? row.wire)) ? 'out' : `out: ${code(json)}`;
  } catch (error) {
    return toCode(error);
  }
}

function toCode(error: unknown): string {
  return error instanceof SchemaProblem ? `\`${error.code}\`` : `fails: ${String(error)}`;
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value).replaceAll('|', '\\|')}\``;
}
