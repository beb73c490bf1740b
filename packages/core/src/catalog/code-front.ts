import { type AddedTool, toAdded } from './added.ts';
import type { CodeMode } from './code-mode.ts';
import { addAreas } from './front-areas.ts';
import { always, roomKey, usualRoom } from './listing-hints.ts';
import type { Tool } from './tool.ts';

/** What the tools of a code mode say of those that are called from code. */
interface CodeFacts {
  /** Whether code may change something. */
  changes: boolean;
  /** Whether a person is asked before some of them run. */
  asksPerson: boolean;
  /** The most characters of a result. */
  most: number | undefined;
}

/** Makes the tools that a code mode lists. */
export function toCodeFront(
  code: CodeMode,
  told: readonly Tool[],
  { changes, asksPerson, most = 0 }: CodeFacts,
): AddedTool[] {
  return code.tools.map(({ does, name, title, description, inputSchema, annotations }) => {
    if (does === 'search') {
      return toAdded({
        name,
        title,
        description: addAreas(description, told),
        inputSchema,
        annotations: { openWorldHint: false, ...annotations, readOnlyHint: true },
        _meta: always,
      });
    }
    return toAdded({
      name,
      title,
      description,
      inputSchema,
      annotations: { ...annotations, readOnlyHint: !changes, ...(changes && { destructiveHint: true }) },
      _meta: {
        ...always,
        ...(most > usualRoom && { [roomKey]: Math.min(most, mostRoom) }),
        ...(changes && asksPerson && { 'anthropic/requiresUserInteraction': true }),
      },
    });
  });
}

const mostRoom = 500_000;
