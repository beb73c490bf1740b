import type { ToolDescription } from '@trpc-mcp/core/catalog';
import {
  type ClientTool,
  type LintFinding,
  type LintListing,
  type LintOptions,
  lintTools,
} from '@trpc-mcp/core/clients';
import type { Described, DescribedModule } from '../target/described.ts';
import { catalogRules } from './catalog-rules.ts';
import { createFinder, type Definition } from './definition.ts';

/** A finding, with the procedure that it is about. */
export interface PlacedFinding extends LintFinding {
  /** The dotted path of the procedure; `undefined` for an endpoint, and for whole lists. */
  path: string | undefined;
  /** Where the procedure is written, as far as that can be read. */
  definition: Definition | undefined;
  /** Whether the same procedure may be another tool too, of which this was not found. */
  isShared: boolean;
}

/** Finds what makes a target harder to use than it has to be. */
export function lintTarget(target: Described, options: LintOptions): PlacedFinding[] {
  if (target.module === undefined) {
    const { tools, resources, templates, server, instructions } = target;
    const uris = [...resources, ...templates.map(({ uriTemplate, name }) => ({ uri: uriTemplate, name }))];
    // Cast: the official type has `| undefined` at every optional key.
    const listing = { tools: tools as ClientTool[], resources: uris, serverName: server?.name, instructions };
    return lintTools(listing, options).map((finding) => ({
      ...finding,
      path: undefined,
      definition: undefined,
      isShared: false,
    }));
  }
  return lintModule(target, options);
}

function lintModule({ module, description }: DescribedModule, options: LintOptions): PlacedFinding[] {
  const { tools } = description;
  const { name, instructions } = module.options.server ?? {};
  const listing: LintListing = {
    tools: tools.map(({ listed }) => listed),
    resources: description.resources.map(({ uri, name: resource }) => ({ uri, name: resource })),
    serverName: name,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  };
  const findings = [
    ...lintTools(listing, options).filter(
      ({ tool }) => tool !== undefined || !isSearched(module.options, tools),
    ),
    ...lintFront(module.options, tools, options),
    ...lintCatalog(tools, options),
  ];
  const known = new Map(tools.map((tool, index) => [tool.name, { ...tool, index }]));
  const find = createFinder(module.file, module.exportName);
  const definitions = new Map(tools.map((tool) => [tool.name, tool.isOwn ? undefined : find(tool.path)]));
  const codes = new Set(findings.map(({ tool, code }) => `${tool} ${code}`));
  return findings
    .toSorted((one, other) => orderOf(one) - orderOf(other))
    .map((finding) => {
      const { tool = '', code } = finding;
      const definition = definitions.get(tool);
      return { ...finding, path: known.get(tool)?.path, definition, isShared: isShared(definition, code) };
    });

  function isShared(definition: Definition | undefined, code: string): boolean {
    if (definition === undefined) return false;
    const isNamed = definition.isNamed;
    return Array.from(definitions).some(([tool, other]) => {
      const maySame = other === undefined ? isNamed : other.expression === definition.expression;
      return maySame && !codes.has(`${tool} ${code}`);
    });
  }

  function orderOf({ tool }: LintFinding): number {
    return tool === undefined ? tools.length : (known.get(tool)?.index ?? tools.length);
  }
}

/** Whether clients search for tools, and get a list of a few. */
function isSearched(
  { discovery = 'list' }: DescribedModule['module']['options'],
  tools: readonly unknown[],
): boolean {
  if (discovery === 'list') return false;
  return discovery === 'search' || tools.length >= (discovery.over ?? 0);
}

/** With a search, the list has only what is pinned. */
function lintFront(
  handler: DescribedModule['module']['options'],
  tools: readonly ToolDescription[],
  options: LintOptions,
): LintFinding[] {
  if (!isSearched(handler, tools)) return [];
  const pinned = tools.filter(({ isPinned }) => isPinned).map(({ listed }) => listed);
  return lintTools({ tools: pinned }, options).filter(({ tool }) => tool === undefined);
}

function lintCatalog(
  tools: readonly ToolDescription[],
  { rules = {}, ignore = {} }: LintOptions,
): LintFinding[] {
  return catalogRules.flatMap(({ code, severity: usual, fix: usualFix, find }) => {
    const setting = Object.hasOwn(rules, code) ? rules[code]! : usual;
    if (setting === 'off') return [];
    const severity = typeof setting === 'string' ? setting : setting[0];
    return find(tools)
      .filter(({ tool = '' }) => {
        const codes = [tool, '*'].flatMap((name) => (Object.hasOwn(ignore, name) ? ignore[name]! : []));
        return !codes.includes(code) && !codes.includes('*');
      })
      .map(({ fix = usualFix, ...found }) => ({ code, severity, ...found, fix }));
  });
}
