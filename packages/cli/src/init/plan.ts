import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { Node, ts } from 'ts-morph';
import { ByHand } from './advice.ts';
import { addMeta, type Builder, findBuilders } from './builder.ts';
import { findHosts, type Host, propertyOf, unwrap } from './host.ts';
import { hasDependency, readPackage, withDependency } from './manifest.ts';
import { mount } from './mount.ts';
import { handlerText } from './mounted.ts';
import { compilerOptionsOf, isEmittedBeside, keepSources, openSource, resolveImport } from './resolve.ts';
import { findPackage, findWorkspace, scan } from './scan.ts';
import type { Source } from './source.ts';

/** One file that is made or changed. */
export interface Change {
  file: string;
  /** `undefined` for a new file. */
  before: string | undefined;
  after: string;
}

/** What is to be done to an app. */
export interface Plan {
  changes: Change[];
  /** What is there already. */
  present: string[];
  /** What a person has to do, in whole sentences. */
  byHand: string[];
  /** What a person should know. */
  warnings: string[];
  /** The target for other commands, relative to `folder`. */
  target: string | undefined;
  /** The folder that the configuration is written to. */
  folder: string;
  /** The path of the endpoint. */
  path: string | undefined;
}

/** What was found in an app. */
export interface Found {
  folder: string;
  workspace: string;
  hosts: Host[];
  builders: Builder[];
  /** Whether something of it imports @trpc-mcp/core for a host already. */
  isMounted: boolean;
}

export type Tags = { is: 'queries' } | { is: 'none' } | { is: 'paths'; paths: string[] };

/** Finds what an app has of tRPC: in its folder, or in the workspace that it belongs to. */
export function find(folder: string): Found {
  const workspace = findWorkspace(folder);
  const sources = scan(workspace);
  keepSources(sources);
  const inside = ({ file }: Source): boolean => file.startsWith(folder + sep);
  const all = sources.flatMap(findHosts);
  const own = all.filter(({ source }) => inside(source));
  const hosts = own.length > 0 ? own : all;
  return {
    folder,
    workspace,
    hosts,
    builders: sources.flatMap(findBuilders),
    isMounted: hosts.some(({ source }) => isServed(source, workspace)),
  };
}

const ours = /['"]@trpc-mcp\/core\/(express|fastify|fetch|node)['"]/;

/** Whether a host, or a route beside it, has the handler. */
export function isServed(source: Source, workspace: string): boolean {
  if (ours.test(source.text)) return true;
  const root = findPackage(dirname(source.file)) ?? workspace;
  return scanForOurs(root).length > 0;
}

const known = new Map<string, string[]>();

function scanForOurs(root: string): string[] {
  const before = known.get(root);
  if (before) return before;
  const found = ts.sys
    .readDirectory(
      root,
      ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'],
      ['**/node_modules', '**/dist', '**/.next', '**/*.test.*'],
    )
    .filter((file) => ours.test(readFileSync(file, 'utf8')));
  known.set(root, found);
  return found;
}

/** The router of a host: the file that declares it, and the name that it is exported by. */
export function routerOf({
  source,
  options,
}: Host): { file: string; exportName: string | undefined } | undefined {
  const router = unwrap(propertyOf(options, 'router'));
  return Node.isIdentifier(router) ? follow(source, router.getText()) : undefined;
}

function follow(
  source: Source,
  name: string,
  depth = 0,
): { file: string; exportName: string | undefined } | undefined {
  const binding = source.bindings.get(name);
  if (binding === undefined) {
    const exported = exportNameOf(source, name);
    return { file: source.file, exportName: exported };
  }
  const file = resolveImport(source.file, binding.module);
  if (file === undefined || depth > 10) return undefined;
  const other = openSource(file);
  return reexported(other, binding.name, depth) ?? { file, exportName: binding.name };
}

/** A module that only passes a router on is not the one that declares it. */
function reexported(source: Source, name: string, depth: number): ReturnType<typeof follow> {
  for (const each of source.tree.getExportDeclarations()) {
    const module = each.getModuleSpecifierValue();
    const named = each
      .getNamedExports()
      .find((one) => (one.getAliasNode()?.getText() ?? one.getName()) === name);
    if (named && module !== undefined) {
      const file = resolveImport(source.file, module);
      if (file === undefined || depth > 10) return undefined;
      return (
        reexported(openSource(file), named.getName(), depth + 1) ?? { file, exportName: named.getName() }
      );
    }
    if (named && source.bindings.has(named.getName())) return follow(source, named.getName(), depth + 1);
  }
  return undefined;
}

function exportNameOf(source: Source, name: string): string | undefined {
  if (
    source.tree.getVariableStatement(
      (each) => each.isExported() && each.getDeclarations().some((one) => one.getName() === name),
    )
  )
    return name;
  for (const each of source.tree.getExportDeclarations()) {
    const found = each.getNamedExports().find((one) => one.getName() === name);
    if (found) return found.getAliasNode()?.getText() ?? name;
  }
  const usual = source.tree.getExportAssignment((each) => each.getExpression().getText() === name);
  if (usual) return 'default';
  const isCommon = new RegExp(
    String.raw`(?:module\.)?exports\.${name}\s*=|module\.exports\s*=\s*\{[^}]*\b${name}\b`,
  ).test(source.text);
  return isCommon ? name : undefined;
}

/** Plans everything that is to be done for one host. Nothing is written. */
export function plan(found: Found, host: Host | undefined, builder: Builder | undefined, tags: Tags): Plan {
  const router = host && routerOf(host);
  const result: Plan = {
    changes: [],
    present: [],
    byHand: [],
    warnings: [],
    target: undefined,
    folder: (host && findPackage(dirname(host.source.file))) ?? findPackage(found.folder) ?? found.folder,
    path: undefined,
  };
  const touched = new Set<Source>();
  const isServedAlready = host !== undefined && isServed(host.source, found.workspace);
  if (builder) planMeta(builder, result, touched, found);
  if (host && isServedAlready)
    result.present.push(
      `${nameOf(host.source.file, found)} has the handler of MCP, or a route beside it has.`,
    );
  if (host && isServedAlready) planTag(host, tags, result, found);
  else if (host) planMount(host, tags, result, touched, found);
  for (const source of touched)
    if (source.isEdited)
      result.changes.push({
        file: source.file,
        before: readFileSync(source.file, 'utf8'),
        after: source.edited(),
      });
  planPackages(result, found, host);
  if (router && host) planConfig(router, host, tags, result, found, isServedAlready);
  warnOfResolution(host, result);
  return result;
}

function planMeta(builder: Builder, result: Plan, touched: Set<Source>, found: Found): void {
  const outcome = addMeta(builder);
  const where = nameOf(builder.source.file, found);
  if (outcome === 'added') touched.add(builder.source);
  else if (outcome === 'present') result.present.push(`${where} has McpMeta.`);
  else if (typeof outcome === 'object') result.byHand.push(`${where}: ${outcome.byHand}`);
}

function planMount(host: Host, tags: Tags, result: Plan, touched: Set<Source>, found: Found): void {
  const { source } = host;
  try {
    const mounted = mount(host, toTag(tags, source));
    result.path = mounted.path;
    if (mounted.warning !== undefined) result.warnings.push(mounted.warning);
    if (mounted.file)
      result.changes.push({ file: mounted.file.file, before: undefined, after: mounted.file.text });
    touched.add(source);
  } catch (error) {
    if (!(error instanceof ByHand)) throw error;
    source.forget();
    const core = {
      express: 'express',
      fastify: 'fastify',
      node: 'node',
      server: 'node',
      pages: 'node',
    } as Partial<Record<Host['kind'], string>>;
    const router = propertyOf(host.options, 'router')?.getText() ?? 'appRouter';
    result.byHand.push(
      `${nameOf(source.file, found)}: ${error.message}\n  The handler is ${handlerText('mcpHandler', router, 'createContext', toTag(tags, source))}, with mcpHandler of @trpc-mcp/core/${core[host.kind] ?? 'fetch'}. docs/hosts.md has the line for each host.`,
    );
    // A builder of the same file is still edited.
    if (touched.has(source)) planMeta(findBuilders(source)[0]!, result, touched, found);
  }
}

/** The handler is there, and what it tags already is not known, so that is left to a person. */
function planTag(host: Host, tags: Tags, result: Plan, found: Found): void {
  const tag = toTag(tags, host.source);
  const root = findPackage(dirname(host.source.file)) ?? found.workspace;
  const files = new Set([host.source.file, ...scanForOurs(root)]);
  if (tag === undefined || [...files].some((file) => readFileSync(file, 'utf8').includes(tag))) return;
  result.byHand.push(`The handler of MCP is there already. Give it the option ${tag}`);
}

function toTag(tags: Tags, source: Source): string | undefined {
  if (tags.is === 'none') return undefined;
  if (tags.is === 'queries') return `tag: ({ type }) => type === ${source.quoted('query')}`;
  return `tag: ({ path }) => [${tags.paths.map((path) => source.quoted(path)).join(', ')}].includes(path)`;
}

/** The packages whose files import core now. */
function planPackages(result: Plan, found: Found, host: Host | undefined): void {
  const files = [...result.changes.map(({ file }) => file), ...(host ? [host.source.file] : [])];
  const roots = new Set(files.map((file) => findPackage(dirname(file)) ?? found.folder));
  const needed = result.changes.length > 0 || result.present.length > 0;
  if (!needed) return;
  for (const root of roots) {
    const file = join(root, 'package.json');
    if (!existsSync(file)) {
      result.byHand.push(`${nameOf(root, found)} has no package.json. Install @trpc-mcp/core there.`);
      continue;
    }
    if (hasDependency(readPackage(root), '@trpc-mcp/core')) {
      result.present.push(`${nameOf(file, found)} has @trpc-mcp/core.`);
      continue;
    }
    const before = readFileSync(file, 'utf8');
    result.changes.push({
      file,
      before,
      after: withDependency(before, '@trpc-mcp/core', `^${coreVersion()}`),
    });
  }
}

function coreVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('@trpc-mcp/core/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function planConfig(
  { file, exportName }: { file: string; exportName: string | undefined },
  host: Host,
  tags: Tags,
  result: Plan,
  found: Found,
  isServedAlready: boolean,
): void {
  const { folder } = result;
  const manifest = readPackage(folder);
  const existing = ['ts', 'mts', 'js', 'mjs', 'cjs', 'cts']
    .map((each) => `trpc-mcp.config.${each}`)
    .find((each) => existsSync(join(folder, each)));
  if (existing !== undefined || manifest['trpc-mcp'] !== undefined) {
    result.present.push(`${existing ?? '"trpc-mcp" in package.json'} is there.`);
    return;
  }
  if (exportName === undefined || file === host.source.file) {
    const why = exportName === undefined ? 'is not exported' : 'stands in the module that serves it';
    result.warnings.push(
      `The router ${why} (${nameOf(file, found)}), so other commands cannot load it, and no trpc-mcp.config was written. Export it from a module of its own, or give those commands the URL of the endpoint.`,
    );
    return;
  }
  const path = relative(folder, file).split(sep).join('/');
  result.target = exportName === 'default' ? path : `${path}#${exportName}`;
  const { source } = host;
  const { semicolon, eol, indent } = source.style;
  // The tags of the handler are those of the other commands too. What an existing handler has is not known.
  const tag = isServedAlready ? undefined : toTag(tags, source);
  const isTypeScript = source.isTypeScript && !isEmittedBeside(source.file, folder);
  const typed = isTypeScript
    ? tag
        ?.replace('({ type })', '({ type }: { type: string })')
        .replace('({ path })', '({ path }: { path: string })')
    : tag;
  const lines = [
    'export default {',
    `${indent}target: ${source.quoted(result.target)},`,
    ...(typed === undefined ? [] : [`${indent}options: { ${typed} },`]),
    `}${semicolon}`,
    '',
  ];
  const isModule = manifest.type === 'module';
  const needsModule =
    !isModule && compilerOptionsOf(source.file)?.verbatimModuleSyntax === true && !isBundled(source.file);
  const extension = isTypeScript ? (needsModule ? 'mts' : 'ts') : isModule ? 'js' : 'mjs';
  result.changes.push({
    file: join(folder, `trpc-mcp.config.${extension}`),
    before: undefined,
    after: lines.join(eol),
  });
}

function isBundled(file: string): boolean {
  const { module, moduleResolution } = compilerOptionsOf(file) ?? {};
  return (
    moduleResolution === ts.ModuleResolutionKind.Bundler ||
    (module !== undefined && module >= ts.ModuleKind.ES2015 && module <= ts.ModuleKind.ESNext)
  );
}

function warnOfResolution(host: Host | undefined, result: Plan): void {
  if (!host?.source.isTypeScript) return;
  const options = compilerOptionsOf(host.source.file);
  const isOld =
    options?.moduleResolution === ts.ModuleResolutionKind.Node10 ||
    (options?.moduleResolution === undefined && options?.module === ts.ModuleKind.CommonJS);
  if (isOld)
    result.warnings.push(
      'tsconfig.json has the module resolution "node", with which TypeScript finds no @trpc-mcp/core/… . Set "moduleResolution" to "bundler", or "module" to "nodenext".',
    );
}

function nameOf(file: string, { folder }: Pick<Found, 'folder'>): string {
  return relative(folder, file) || basename(file);
}
