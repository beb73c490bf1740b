import { type AppShape, createApp, helloInput, helloOutput, rowsInput, rowsOutput } from './router.ts';

/** The measured procedures, as one writes tools by hand for a library that knows nothing of tRPC. */
export const toolTexts = {
  hello: { description: 'Greets somebody by name.', inputSchema: helloInput, outputSchema: helloOutput },
  rows: {
    description: 'Lists the first customers, oldest first.',
    inputSchema: rowsInput,
    outputSchema: rowsOutput,
  },
} as const;

export type ToolName = keyof typeof toolTexts;

/** What such a tool does: calls the procedure, and answers with what it returned, twice. */
export function createCall(shape: AppShape) {
  const router = createApp(shape);
  return async (name: ToolName, args: unknown, user: string | undefined) => {
    const caller = router.createCaller({ user }) as unknown as Record<
      ToolName,
      (input: unknown) => Promise<Record<string, unknown>>
    >;
    const value = await caller[name](args);
    return {
      content: [{ type: 'text' as const, text: JSON.stringify(value) }],
      structuredContent: value,
    };
  };
}
