import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { ListedTool, Schema } from './client.ts';

/** What is wrong with a published schema, and by which dialect. */
export interface Fault {
  tool: string;
  side: 'input' | 'output';
  dialect: 'draft 2020-12, strict' | 'draft-07';
  reason: string;
}

const strict = new Ajv2020({ strict: true });
const draft7 = new Ajv({ strict: false });
const plain = new Ajv2020({ strict: false });
for (const ajv of [strict, draft7, plain]) formats.default(ajv);

/** Compiles every schema of a list as strict clients and old ones do. */
export function findFaults(tools: readonly ListedTool[]): Fault[] {
  return tools.flatMap(({ name: tool, inputSchema, outputSchema }) =>
    [
      { side: 'input' as const, schema: inputSchema },
      { side: 'output' as const, schema: outputSchema },
    ].flatMap(({ side, schema }) =>
      schema
        ? [
            { dialect: 'draft 2020-12, strict' as const, reason: reasonOf(strict, schema) },
            { dialect: 'draft-07' as const, reason: reasonOf(draft7, schema) },
          ].flatMap(({ dialect, reason }) => (reason === undefined ? [] : [{ tool, side, dialect, reason }]))
        : [],
    ),
  );
}

/** Asks whether a value fits a schema; `undefined` where the schema is not valid itself. */
export function compile(schema: Schema): ValidateFunction | undefined {
  try {
    return plain.compile(schema);
  } catch {
    return undefined;
  }
}

function reasonOf(ajv: Ajv | Ajv2020, schema: Schema): string | undefined {
  try {
    ajv.compile(schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
