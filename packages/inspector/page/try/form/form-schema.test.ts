import { getDefaultFormState, type ValidatorType } from '@rjsf/utils';
import { expect, test } from 'vitest';
import { isValid } from './check.ts';
import { toFormSchema, toWireSchema } from './form-schema.ts';

/** Every alternative of a definition is the next one, and shares a property with it. */
function toNested(count: number, shared: object): object {
  const definitions = Array.from({ length: count }, (_, index): [string, object] => {
    const next = { $ref: `#/$defs/D${index + 1}` };
    return [`D${index}`, { ...shared, anyOf: [next, next] }];
  });
  return {
    type: 'object',
    properties: { first: { $ref: '#/$defs/D0' } },
    $defs: Object.fromEntries([...definitions, [`D${count}`, { type: 'number' }]]),
  };
}

const shared = { type: 'object', properties: { name: { type: 'string' } } };

test('alternatives that multiply end in a field for JSON', () => {
  const form = JSON.stringify(toFormSchema(toNested(40, shared)));
  expect(form).toContain('"format":"json"');
});

test('alternatives of an object that are the object itself end as well', () => {
  const self = { ...shared, anyOf: [{ $ref: '#' }, { $ref: '#' }] };
  expect(JSON.stringify(toFormSchema(self))).toContain('"format":"json"');
});

test('the form library gets through alternatives that multiply', () => {
  const form = toFormSchema(toNested(30, {}));
  const validator: ValidatorType<unknown> = {
    validateFormData: () => ({ errors: [], errorSchema: {} }),
    rawValidation: () => ({ errors: [] }),
    isValid: (schema: object, data: unknown) =>
      isValid(toWireSchema({ $defs: form['$defs'], ...schema }) as object, data),
  };
  expect(getDefaultFormState(validator, form, {}, form)).toEqual({});
});
