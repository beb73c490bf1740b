import type { CodeTool } from './code-mode.ts';
import { extendInput } from './extra.ts';
import { isOwnRouter } from './own.ts';
import { isWritten, type Tool } from './tool.ts';

/** A tool as it is called from code, and what the code mode is told of it. */
export interface CodeVariant {
  tool: Tool;
  told: CodeTool;
}

const made = new WeakMap<Tool, CodeVariant>();

/**
 * Makes the variant of a tool that is called from code: it gives all of its result, so that it takes no `_fields` and no
 * `_cursor`. It is made once.
 */
export function toCodeVariant(tool: Tool): CodeVariant {
  let variant = made.get(tool);
  if (!variant) made.set(tool, (variant = make(tool)));
  return variant;
}

function make(tool: Tool): CodeVariant {
  const extras = { ...tool.extras, fields: false, cursor: false };
  const input = extendInput(tool.own, extras);
  const dryRunner = tool.dryRunner && toCodeVariant(tool.dryRunner).tool;
  const { title, description } = tool.listed.modern;
  return {
    tool: { ...tool, input, extras, dryRunner, portion: undefined, link: undefined },
    told: {
      name: tool.name,
      path: isOwnRouter(tool.router) ? tool.name : tool.path,
      type: tool.type,
      title,
      description: isWritten(tool) ? description : '',
      inputSchema: input.schema,
      ...(tool.whole && { outputSchema: tool.whole }),
      isReadOnly: tool.isReadOnly,
      asks: tool.confirm !== undefined,
      toolset: tool.toolset,
    },
  };
}
