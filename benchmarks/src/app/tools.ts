import type { z } from 'zod';
import {
  type AppShape,
  createApp,
  describeThing,
  helloInput,
  helloOutput,
  rowsInput,
  rowsOutput,
} from './router.ts';

interface ToolTexts {
  description: string;
  inputSchema: z.ZodObject;
  outputSchema: z.ZodObject;
}

type Value = Record<string, unknown>;

/** The router's procedures as hand-written tools, for libraries that do not know tRPC. */
export function createTools(shape: AppShape) {
  const router = createApp(shape);
  const hello = {
    description: 'Greets somebody by name.',
    inputSchema: helloInput,
    outputSchema: helloOutput,
  };
  const rows = {
    description: 'Lists the first customers, oldest first.',
    inputSchema: rowsInput,
    outputSchema: rowsOutput,
  };
  const all: (readonly [name: string, ToolTexts])[] = [
    ['hello', hello],
    ['rows', rows],
    ...Array.from({ length: shape.fillers ?? 0 }, (_, n) => [`thing${n}`, describeThing(n)] as const),
  ];
  return all.map(([name, texts]) => ({
    name,
    texts,
    /** Calls the procedure, and returns its result twice, as text and as structured content. */
    call: async (args: unknown, user: string | undefined) => {
      const caller = router.createCaller({ user }) as unknown as Record<
        string,
        (input: unknown) => Promise<Value>
      >;
      const value = await caller[name]!(args);
      return { content: [{ type: 'text' as const, text: JSON.stringify(value) }], structuredContent: value };
    },
  }));
}
