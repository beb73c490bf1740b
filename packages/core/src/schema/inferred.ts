import { closeInferred } from './close-inferred.ts';
import { mapChildren, type JsonSchema } from './json-schema.ts';
import { marked } from './mark.ts';
import { type Output, publishOutput } from './output.ts';
import { publish } from './publish/publish.ts';

/** What is known of an output from its TypeScript type. */
export interface Inferred {
  /** The JSON of the output, with the definitions that it refers to. */
  schema: JsonSchema;
  /** Whether the value may be `undefined`. */
  isOptional: boolean;
  /** Whether it has a place for files or bytes, which become content blocks. */
  holdsFiles: boolean;
}

/**
 * Makes the output of a procedure whose type is known and that has no parser. It is listed as one with a parser is. Results
 * are encoded as without a schema, so that a type that is wrong changes no result.
 */
export function compileInferred({ schema, isOptional, holdsFiles }: Inferred, any: Output): Output {
  const document = {
    schema: markFormats(schema),
    optional: isOptional,
    isEnforced: false,
    stepsPerAttempt: 0,
    isFinite: false,
  };
  const published = saysAnything(schema) ? any : publishOutput(document);
  return {
    ...any,
    schema: published.schema,
    legacySchema: published.legacySchema,
    wrapped: published.wrapped,
    mayBeAbsent: published.mayBeAbsent,
    mayHoldFiles: holdsFiles,
    isInferred: true,
    known: published.schema && closeInferred(published.schema),
  };
}

/** Whether the type is `any` or `unknown`: then there is nothing to list. */
function saysAnything(schema: JsonSchema): boolean {
  return Object.keys(publish(schema, 'result')).length === 0;
}

/**
 * Marks the texts with a format. Only what is written by this package has one in a type, such as a `Date`, so that clients
 * that check formats strictly take it.
 */
export function markFormats(schema: JsonSchema): JsonSchema {
  const copy = mapChildren(schema, markFormats);
  return typeof copy['format'] === 'string' ? marked({ is: 'leaf', leaf: 0 }, copy) : copy;
}
