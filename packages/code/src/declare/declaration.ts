import type { CodeTool } from '@trpc-mcp/core';
import { verbs } from '../api.ts';
import { toComment } from './comment.ts';
import { toKey } from './literal.ts';
import { isSchema } from './schema.ts';
import { TypeNames } from './type-names.ts';
import { TypeWriter } from './type-writer.ts';

/** Declares procedures as one `api` of TypeScript, with the types that they share. */
export function declareApi(tools: readonly CodeTool[]): string {
  const names = new TypeNames();
  const root: Node = { children: new Map() };
  for (const tool of tools) {
    let node = root;
    for (const part of tool.path.split('.')) {
      let next = node.children.get(part);
      if (!next) node.children.set(part, (next = { children: new Map() }));
      node = next;
    }
    node.tool = tool;
  }
  const members = writeMembers(root, '  ', names);
  return [...names.declarations, `declare const api: {\n${members}\n};`].join('\n');
}

interface Node {
  tool?: CodeTool;
  children: Map<string, Node>;
}

function writeMembers({ children }: Node, indent: string, names: TypeNames): string {
  return Array.from(children, ([key, node]) => {
    const { tool } = node;
    const call = tool && writeCall(tool, indent, names);
    const head = tool ? writeComment(tool, indent) : '';
    if (node.children.size === 0) return `${head}${indent}${toKey(key)}: { ${call} };`;
    const own = call === undefined ? '' : `${indent}  ${call};\n`;
    return `${head}${indent}${toKey(key)}: {\n${own}${writeMembers(node, `${indent}  `, names)}\n${indent}};`;
  }).join('\n');
}

function writeCall(tool: CodeTool, indent: string, names: TypeNames): string {
  const { inputSchema, outputSchema } = tool;
  const base = tool.path.replaceAll('.', ' ');
  const input = new TypeWriter(inputSchema, `${base} input`, names);
  const hasArguments = hasProperties(inputSchema);
  const { required } = inputSchema;
  const isOptional = !Array.isArray(required) || required.length === 0;
  const takes = hasArguments ? `input${isOptional ? '?' : ''}: ${input.write(inputSchema, indent)}` : '';
  const output = new TypeWriter(outputSchema, `${base} output`, names);
  const gives = outputSchema === undefined ? 'unknown' : output.write(outputSchema, indent);
  return `${verbs[tool.type]}(${takes}): Promise<${gives}>`;
}

/** Whether there is anything to pass: an empty object can be left out. */
function hasProperties(schema: CodeTool['inputSchema']): boolean {
  const plain = new Set([
    'type',
    'properties',
    'required',
    'additionalProperties',
    '$schema',
    'title',
    'description',
  ]);
  const { properties, additionalProperties } = schema;
  const isOpen = typeof additionalProperties === 'object' || additionalProperties === true;
  return (
    isOpen ||
    (isSchema(properties) && Object.keys(properties).length > 0) ||
    Object.keys(schema).some((key) => !plain.has(key))
  );
}

const mostCharacters = 200;

function writeComment({ description, asks, type }: CodeTool, indent: string): string {
  const words = toComment(description, mostCharacters);
  const notes = [
    words === '' || /[.!?…:]$/.test(words) ? words : `${words}.`,
    asks ? 'A person is asked before it runs.' : '',
    type === 'subscription' ? 'Its events are collected into the result.' : '',
  ].filter((note) => note !== '');
  return notes.length === 0 ? '' : `${indent}/** ${notes.join(' ')} */\n`;
}
