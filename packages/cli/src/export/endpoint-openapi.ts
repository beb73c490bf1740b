import type { Tool } from '@modelcontextprotocol/client';
import { areaOf } from '../list/list.ts';
import { Components, type Schema } from './components.ts';
import type { OpenApi } from './openapi.ts';

/** Describes the tools of an endpoint of which only the lists are known, as calls by JSON-RPC. */
export function toEndpointOpenApi(
  tools: readonly Tool[],
  url: URL,
  info: { title: string; version: string; description: string | undefined },
): OpenApi {
  const components = new Components();
  const sorted = tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    openapi: '3.1.0',
    info: {
      title: info.title,
      version: info.version,
      description: [...(info.description === undefined ? [] : [info.description]), page].join('\n\n'),
    },
    servers: [{ url: url.origin }],
    tags: [...new Set(sorted.map(({ name }) => areaOf(name)))].map((name) => ({ name })),
    paths: Object.fromEntries(
      sorted.map((tool) => [
        `${url.pathname}#${encodeURIComponent(tool.name)}`,
        { post: toOperation(tool, components) },
      ]),
    ),
    components: { schemas: components.schemas },
  };
}

const page =
  'This page describes the tools of an MCP server, as its list gives them, and not the endpoint of tRPC, which the list does not say. Each tool is called by a POST to the same URL: what follows # in a path only tells the tools apart, and is not sent. Servers with sessions want initialize first.';

function toOperation(tool: Tool, components: Components): object {
  const { name, title, description } = tool;
  const input = components.adopt(tool.inputSchema, `${name}.input`);
  const output = tool.outputSchema && components.adopt(tool.outputSchema, `${name}.output`);
  return {
    operationId: name,
    summary: title ?? name,
    ...(description !== undefined && { description }),
    tags: [areaOf(name)],
    requestBody: { required: true, content: { 'application/json': { schema: toCall(name, input) } } },
    responses: {
      '200': { description: 'The result.', content: { 'application/json': { schema: toAnswer(output) } } },
      default: { description: 'It was refused, or failed.' },
    },
  };
}

function toCall(name: string, input: Schema): Schema {
  return {
    type: 'object',
    properties: {
      jsonrpc: { const: '2.0' },
      id: { type: ['string', 'integer'] },
      method: { const: 'tools/call' },
      params: {
        type: 'object',
        properties: { name: { const: name }, arguments: input },
        required: ['name', 'arguments'],
      },
    },
    required: ['jsonrpc', 'id', 'method', 'params'],
  };
}

function toAnswer(output: Schema | undefined): Schema {
  const result = {
    type: 'object',
    properties: {
      content: { type: 'array', items: { type: 'object' } },
      structuredContent: output ?? {},
      isError: { type: 'boolean' },
    },
    required: ['content'],
  };
  return {
    type: 'object',
    properties: {
      jsonrpc: { const: '2.0' },
      id: { type: ['string', 'integer'] },
      result,
      error: { type: 'object', properties: { code: { type: 'integer' }, message: { type: 'string' } } },
    },
    required: ['jsonrpc'],
  };
}
