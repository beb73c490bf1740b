import type { AnyTRPCRouter } from '@trpc/server';
import { type Catalog, createCatalog } from '../catalog/catalog.ts';
import type { OwnItems } from '../catalog/own.ts';
import { checkSkills } from '../catalog/skills/skill-files.ts';
import type { HandlerOptions } from '../protocol/options.ts';
import { SetupError } from '../setup-error.ts';

/** The options that decide what is served, and how it is advertised. */
export type CatalogChoice<TRouter extends AnyTRPCRouter = AnyTRPCRouter> = Pick<
  HandlerOptions<TRouter>,
  | 'tag'
  | 'expose'
  | 'outputSchemas'
  | 'outputs'
  | 'structured'
  | 'toolName'
  | 'converters'
  | 'codecs'
  | 'unknownArguments'
  | 'result'
  | 'discovery'
  | 'asTools'
  | 'skills'
>;

/**
 * Reads the catalog of a router, lazy routers included. Rejects with a `SetupError` when a handler could not serve
 * it.
 */
export async function readCatalog(
  router: AnyTRPCRouter,
  { converters, codecs, unknownArguments, ...choice }: CatalogChoice,
  { tools, resources, prompts }: OwnItems = {},
): Promise<Catalog> {
  // `auth` is set because tools with scopes are a set-up problem without it. The handler checks its own `auth`.
  const options = {
    tag: choice.tag,
    expose: choice.expose,
    outputSchemas: choice.outputSchemas,
    outputs: choice.outputs,
    structured: choice.structured,
    toolName: choice.toolName,
    result: choice.result,
    discovery: choice.discovery,
    asTools: choice.asTools,
    skills: choice.skills,
    ...(converters && { converters }),
    ...(codecs && { codecs }),
    ...(unknownArguments && { unknownArguments }),
    auth: {},
    tools,
    resources,
    prompts,
  };
  const wrongFiles = checkSkills(choice.skills ?? {});
  if (wrongFiles.length > 0) throw new SetupError(wrongFiles);
  const source = createCatalog(router, options);
  const problems = [...(await source.problems), ...(await source.leftOut)];
  if (problems.length > 0) throw new SetupError(problems);
  return source.whole;
}
