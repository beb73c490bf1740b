import type { jsonSchemaValidator } from '@modelcontextprotocol/client';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker';
import { toBoundedSchema } from '../parts/bounded-schema.ts';

/**
 * Makes the validator of the client, which compares results with the output schemas of their tools. It interprets schemas, because
 * the policy of this page forbids to compile code. It lets pass what would stop the page
 * for seconds: too many values, or too many alternatives of a schema.
 */
export function createValidator(): jsonSchemaValidator {
  const interpreter = new CfWorkerJsonSchemaValidator();
  return {
    getValidator<T>(schema: Parameters<jsonSchemaValidator['getValidator']>[0]) {
      const validate = interpreter.getValidator<T>(schema);
      return (value) => {
        const bounded = isTooLarge(value) ? undefined : toBoundedSchema(schema, value);
        if (!bounded) return { valid: true, data: value as T, errorMessage: undefined };
        return bounded === schema ? validate(value) : interpreter.getValidator<T>(bounded)(value);
      };
    },
  };
}

/** Whether a value of JSON has more values inside than the validator can compare while a person waits. */
export function isTooLarge(value: unknown): boolean {
  const waiting = [value];
  for (let count = 0; waiting.length > 0; count++) {
    if (count + waiting.length > mostValues) return true;
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    const children: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (children.length > mostValues) return true;
    for (const child of children) waiting.push(child);
  }
  return false;
}

const mostValues = 20_000;
