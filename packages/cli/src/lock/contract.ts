import type { Contract, ToolContract } from '@trpc-mcp/core/catalog';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Described, DescribedEndpoint } from '../target/described.ts';

/**
 * What a target promises its clients: names, schemas, annotations and scopes. An endpoint does not say of which procedures
 * its tools are, so the contract of an endpoint has empty paths.
 */
export function contractOf(target: Described): Contract {
  return target.module === undefined ? contractOfEndpoint(target) : target.description.contract;
}

function contractOfEndpoint({
  name: url,
  tools,
  resources,
  templates,
  prompts,
}: DescribedEndpoint): Contract {
  if (isFront(tools.map(({ name }) => name)))
    throw new CliError(`${url} lists tools to search with, in place of its own`, {
      exitCode: exitCode.unavailable,
      fix: 'Name the module of its router instead, such as src/router.ts#appRouter.',
    });
  const readable = [
    ...resources.map(({ uri, mimeType, _meta }) => ({ uri, mimeType, _meta })),
    ...templates.map(({ uriTemplate, mimeType, _meta }) => ({ uri: uriTemplate, mimeType, _meta })),
  ];
  return {
    tools: Object.fromEntries(
      tools.map(({ name, annotations = {}, inputSchema, outputSchema, _meta }) => {
        // Cast: the official types of schemas and annotations have `| undefined` at every optional key.
        const tool = {
          path: '',
          annotations,
          scopes: scopesOf(_meta),
          inputSchema,
          ...(outputSchema && { outputSchema }),
        } as ToolContract;
        return [name, tool];
      }),
    ),
    resources: Object.fromEntries(
      readable.map(({ uri, mimeType, _meta }) => [
        uri,
        { path: '', ...(mimeType !== undefined && { mimeType }), scopes: scopesOf(_meta) },
      ]),
    ),
    prompts: Object.fromEntries(
      prompts.map(({ name, arguments: args = [], _meta }) => [
        name,
        {
          path: '',
          arguments: Object.fromEntries(
            args.map((each) => [each.name, each.required === true ? 'required' : 'optional'] as const),
          ),
          scopes: scopesOf(_meta),
        },
      ]),
    ),
  };
}

/** What the option `discovery` lists. */
function isFront(names: readonly string[]): boolean {
  const isOf = (front: readonly string[]) => front.every((name) => names.includes(name));
  return isOf(['search_tools', 'describe_tools']) || isOf(['search_api', 'run_code']);
}

function scopesOf(meta: Record<string, unknown> | undefined): string[] {
  const scopes = meta?.['scopes'];
  return Array.isArray(scopes) ? scopes.filter((each): each is string => typeof each === 'string') : [];
}

/**
 * Gives each item of a contract the path of the same item in another one where one of the two does not know it: an endpoint
 * says no paths, and a file that was written from an endpoint has none.
 */
export function alignPaths(
  before: Partial<Contract>,
  after: Contract,
): [before: Partial<Contract>, after: Contract] {
  const [left, right] = [structuredClone(before), structuredClone(after)];
  for (const kind of ['tools', 'resources', 'prompts'] as const) {
    const [olds, news]: Record<string, { path?: string }>[] = [left[kind] ?? {}, right[kind]];
    for (const [name, item] of Object.entries(news!)) {
      const old = Object.hasOwn(olds!, name) ? olds![name] : undefined;
      if (old === undefined) continue;
      if (!item.path && old.path !== undefined) item.path = old.path;
      else if (!old.path && item.path !== undefined) old.path = item.path;
    }
  }
  return [left, right];
}
