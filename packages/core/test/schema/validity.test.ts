import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { compileInput } from '../../src/schema/input.ts';
import type { JsonSchema } from '../../src/schema/json-schema.ts';
import { compileOutput } from '../../src/schema/output.ts';
import { findInvalid } from '../../src/schema/validity.ts';
import { SchemaProblem } from '../../src/schema/problem.ts';
import { groups } from './fixtures/index.ts';

const strict = new Ajv2020({ strict: true });
const older = new Ajv({ strict: false });
for (const ajv of [strict, older]) formats.default(ajv);

/** Says what strict validators of 2020-12, and lenient ones of draft-07, find wrong in a schema. */
function faultsOf(schema: JsonSchema): string[] {
  return [
    ...[strict, older].map((ajv) => {
      try {
        ajv.compile(schema);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      } finally {
        ajv.removeSchema(schema);
      }
    }),
    strict.validateSchema(schema) === true ? undefined : 'fails the metaschema of 2020-12',
    older.validateSchema(schema) === true ? undefined : 'fails the metaschema of draft-07',
    findInvalid(schema),
  ].filter((fault) => fault !== undefined);
}

describe('what is published is valid for strict validators of 2020-12 and for those of draft-07', () => {
  for (const [group, fixtures] of Object.entries(groups)) {
    it(group, () => {
      const found = fixtures.flatMap(({ name, inputs, options, refused }) => {
        const made = refused === undefined ? [compileInput(inputs, options ?? {}).schema] : [];
        const outputs = inputs.flatMap((parser) => {
          try {
            const { schema, legacySchema } = compileOutput(parser, options ?? {});
            return [schema, legacySchema];
          } catch (error) {
            if (error instanceof SchemaProblem) return [];
            throw error;
          }
        });
        return [...made, ...outputs]
          .filter((schema) => schema !== undefined)
          .flatMap((schema) =>
            faultsOf(schema).map((fault) => ({ name, fault, schema: JSON.stringify(schema) })),
          );
      });
      expect(found).toEqual([]);
    });
  }
});
