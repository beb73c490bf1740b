import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { toBoundedSchema } from '../parts/bounded-schema.ts';
import { createValidator, isTooLarge } from '../session/validator.ts';

/** Says whether the structured content is what the tool's output schema promises. `undefined` if it promises nothing. */
export function describeFit(
  { outputSchema }: Tool,
  { structuredContent, isError }: CallToolResult,
): { isFit: boolean; text: string } | undefined {
  if (!outputSchema || isError) return undefined;
  if (structuredContent === undefined)
    return { isFit: false, text: 'The tool has an output schema, but the result has no structured content.' };
  if (isTooLarge(structuredContent))
    return { isFit: true, text: 'The structured content is too large to be checked here.' };
  if (!toBoundedSchema(outputSchema, structuredContent))
    return { isFit: true, text: 'The output schema has too many alternatives to be checked here.' };
  try {
    const found = createValidator().getValidator(outputSchema as never)(structuredContent);
    return found.valid
      ? { isFit: true, text: 'The structured content fits the output schema.' }
      : {
          isFit: false,
          text: `The structured content does not fit the output schema: ${found.errorMessage}`,
        };
  } catch (error) {
    return { isFit: false, text: `The output schema cannot be read: ${String(error)}` };
  }
}
