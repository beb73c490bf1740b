import type { AnyTRPCRouter } from '@trpc/server';
import type { ToolDescription } from '@trpc-mcp/core/catalog';
import { Components, type Schema } from './components.ts';
import { writeInput, writeOutput } from './envelope.ts';
import { type Wire, wireOf } from './transformer.ts';

export interface OpenApiInfo {
  title: string;
  version: string;
  description: string | undefined;
  /** Where the app is served. */
  server: string | undefined;
  /** The path of tRPC's endpoint. */
  path: string;
}

/** An OpenAPI document, as far as it is written here. */
export interface OpenApi {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, object>>;
  components: Record<string, Record<string, object>>;
}

/** Describes the tRPC endpoint of a router: those of its procedures that are tools. */
export function toOpenApi(
  tools: readonly ToolDescription[],
  router: AnyTRPCRouter,
  info: OpenApiInfo,
): OpenApi {
  const wire = wireOf(router);
  const components = new Components();
  const procedures = tools.filter(({ isOwn }) => !isOwn);
  const base = info.path.replace(/^\/*/, '/').replace(/\/+$/, '');
  const operations = procedures.map((tool): [string, Record<string, object>] => [
    `${base}/${tool.path.split('.').map(encodeURIComponent).join('.')}`,
    { [tool.type === 'mutation' ? 'post' : 'get']: toOperation(tool, wire, components) },
  ]);
  const hasScopes = procedures.some(({ scopes }) => scopes.length > 0);
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version, description: describe(info.description, wire) },
    servers: [{ url: info.server?.replace(/\/+$/, '') ?? '/' }],
    tags: [...new Set(procedures.map(({ toolset }) => toolset))].toSorted().map((name) => ({ name })),
    paths: Object.fromEntries(operations),
    components: {
      schemas: { ...components.schemas, Error: errorSchema(wire) },
      responses: {
        Error: { description: 'It failed.', content: { 'application/json': { schema: errorRef } } },
      },
      ...(hasScopes && { securitySchemes: { credential } }),
    },
  };
}

const errorRef = { $ref: '#/components/schemas/Error' };

const credential = {
  type: 'http',
  scheme: 'bearer',
  description: 'The credential of a caller. The scopes are those that the tools of MCP want of it.',
};

const wires: Record<Wire, string> = {
  json: 'Inputs and results are plain JSON.',
  superjson: 'Inputs and results are written by superjson: { json, meta }.',
  own: 'Inputs and results are written by a transformer of the app, which this page does not know.',
};

function describe(own: string | undefined, wire: Wire): string {
  const page = `This page describes the tRPC endpoint of the app, and of its procedures those that are tools of MCP. ${wires[wire]} The input of a query is the JSON text of the parameter input.`;
  return own === undefined ? page : `${own}\n\n${page}`;
}

function toOperation(tool: ToolDescription, wire: Wire, components: Components): object {
  const { values, listed, name } = tool;
  const adopted = values.input && components.adopt(values.input, `${name}.input`);
  const input = writeInput(adopted, tool, wire);
  const output = toAnswer(tool, wire, components);
  const streamNote =
    tool.isStream && tool.type !== 'subscription'
      ? ['It yields its values one after the other, which only the streaming link of the tRPC client reads.']
      : [];
  const notes = [...input.notes, ...output.notes, ...streamNote];
  const isCallable = input.isExact && streamNote.length === 0;
  const { _meta: { deprecated } = {} } = listed;
  return {
    operationId: name,
    summary: listed.title,
    description: [listed.description, ...notes].join('\n\n'),
    tags: [tool.toolset],
    ...(deprecated === true && { deprecated }),
    ...(tool.scopes.length > 0 && { security: [{ credential: tool.scopes }] }),
    // What a program should not call by this page alone.
    ...(!isCallable && { 'x-not-described': true }),
    ...(tool.type === 'mutation' ? toBody(input.schema, values) : toParameter(input.schema, values)),
    responses: { '200': output.response, default: { $ref: '#/components/responses/Error' } },
  };
}

/** tRPC wants a type of content also where it reads none, so a body is always sent. */
function toBody(schema: Schema, { input, isInputOptional }: ToolDescription['values']): object {
  const required = input === undefined || !isInputOptional;
  return { requestBody: { required, content: { 'application/json': { schema } } } };
}

function toParameter(schema: Schema, { input, isInputOptional }: ToolDescription['values']): object {
  if (input === undefined) return {};
  return {
    parameters: [
      { name: 'input', in: 'query', required: !isInputOptional, content: { 'application/json': { schema } } },
    ],
  };
}

function toAnswer(
  tool: ToolDescription,
  wire: Wire,
  components: Components,
): { response: object; notes: string[] } {
  if (tool.type === 'subscription') {
    const content = { 'text/event-stream': { schema: { type: 'string' } } };
    return { response: { description: 'What it yields, as events.', content }, notes: [] };
  }
  const { values, name } = tool;
  const isKnown = values.output !== undefined && !tool.isStream;
  const adopted = isKnown ? components.adopt(values.output!, `${name}.output`) : undefined;
  const { schema: data, notes } = writeOutput(adopted, tool, wire);
  // Plain JSON has no `undefined`: the key is left out then.
  const isAlways = wire === 'superjson' || (wire === 'json' && !values.mayBeAbsent);
  const schema = {
    type: 'object',
    properties: {
      result: { type: 'object', properties: { data }, ...(isAlways && { required: ['data'] }) },
    },
    required: ['result'],
  };
  return {
    response: { description: 'What it returns.', content: { 'application/json': { schema } } },
    notes,
  };
}

/** The shape of tRPC's errors. An app's `errorFormatter` may add to it, so it is open. */
function errorSchema(wire: Wire): Schema {
  const error = {
    type: 'object',
    properties: {
      message: { type: 'string' },
      code: { type: 'integer', description: 'The code of JSON-RPC.' },
      data: {
        type: 'object',
        properties: {
          code: { type: 'string', description: 'The code of tRPC, such as NOT_FOUND.' },
          httpStatus: { type: 'integer' },
          path: { type: 'string' },
        },
      },
    },
  };
  const written =
    wire === 'json'
      ? error
      : wire === 'own'
        ? {}
        : { type: 'object', properties: { json: error, meta: { type: 'object' } }, required: ['json'] };
  return { type: 'object', properties: { error: written }, required: ['error'] };
}
