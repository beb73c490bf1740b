import { readFileSync, rmSync } from 'node:fs';
import { Application, Converter, type ProjectReflection, ReflectionKind, type TypeDocOptions } from 'typedoc';
import { pagesFolder, repositoryFolder, repositoryUrl } from './paths.ts';

const packages = ['core', 'ai', 'code', 'oauth', 'redis', 'inspector'];

/** Every module that users import, as `@trpc-mcp/core/express`, with the file that it is in. */
const modules = new Map(
  packages.flatMap((name) => {
    const { exports } = JSON.parse(
      readFileSync(`${repositoryFolder}packages/${name}/package.json`, 'utf8'),
    ) as {
      exports: Record<string, string | { types: string }>;
    };
    return Object.entries(exports).flatMap(([subpath, target]) =>
      // A module of WebAssembly has nothing to say.
      typeof target === 'string' || subpath.endsWith('.wasm')
        ? []
        : [
            [
              `@trpc-mcp/${name}${subpath.slice(1)}`,
              `${repositoryFolder}packages/${name}/src/${target.types.slice('./dist/'.length).replace('.d.ts', '.ts')}`,
            ] as const,
          ],
    );
  }),
);

const out = `${pagesFolder}api`;
rmSync(out, { recursive: true, force: true });

// A variable, because TypeDoc's type does not have the plugin's options.
const options = {
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [...modules.values()],
  tsconfig: `${repositoryFolder}apps/docs/tsconfig.api.json`,
  out,
  name: 'API',
  readme: 'none',
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  excludeScopesInPaths: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,

  basePath: repositoryFolder,
  sourceLinkTemplate: `${repositoryUrl}/blob/main/packages/{path}#L{line}`,
  packagesRequiringDocumentation: packages.map((name) => `@trpc-mcp/${name}`),
  gitRevision: 'main',
  disableGit: true,
  // What a type of Node or of tRPC brings along is documented there.
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  // `typecheck` does that.
  skipErrorChecking: true,
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  requiredToBeDocumented: ['Enum', 'EnumMember', 'Variable', 'Class', 'Interface', 'TypeAlias'],
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
} satisfies Partial<TypeDocOptions> & Record<string, unknown>;
const app = await Application.bootstrapWithPlugins(options);
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => nameModules(project));

const api = await app.convert();
if (api) {
  app.validate(api);
  checkMembers(api);
}
if (!api || app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateOutputs(api);

/** Names a module as users import it. TypeDoc would name it after its file. */
function nameModules(project: ProjectReflection): void {
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName;
    const [name] = [...modules].find(([, path]) => path === file) ?? [];
    if (name) module.name = name;
  }
}

/**
 * Warns of functions, and of what users set or call, without a docstring. TypeDoc itself could only ask for the members of
 * all types, and most of the others have nothing to add to their names: those of a Node request, or of a JSON Schema.
 */
function checkMembers(project: ProjectReflection): void {
  const kinds = [ReflectionKind.Property, ReflectionKind.Method, ReflectionKind.Function];
  for (const member of kinds.flatMap((kind) => project.getReflectionsByKind(kind))) {
    const owner = member.kindOf(ReflectionKind.Function) ? 'Options' : (member.parent?.name ?? '');
    if (!/Options$|^(Mcp|Own)[A-Z]|^(SetupError|Store|Shared|VerifiedToken)$/.test(owner)) continue;
    const parts = member.isDeclaration() ? [member, ...(member.signatures ?? [])] : [member];
    if (!parts.some((part) => part.hasComment())) {
      app.logger.warn(`${member.getFriendlyFullName()} has no docstring`);
    }
  }
}
