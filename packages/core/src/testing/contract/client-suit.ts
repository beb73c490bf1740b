import { type Catalog, listedIn } from '../../catalog/catalog.ts';
import { describeSize, sizeOf } from '../../catalog/size.ts';
import { checkTools, type ClientName, clientNames, clients, type Finding } from '../../clients/profiles.ts';
import { findNearest } from '../../nearest.ts';
import type { ServerInfo } from '../../protocol/options.ts';

/** What `toSuit` checks besides the rules of the clients. */
export interface SuitLimits {
  /** The most tokens that `tools/list` may have, estimated as a quarter of its characters. */
  maxTokens?: number;
}

/** Throws an `Error` that says what these clients would lose of the catalog, in either era. */
export function assertSuits(
  catalog: Catalog,
  names: readonly ClientName[],
  { name, instructions }: Partial<ServerInfo> = {},
  { maxTokens }: SuitLimits = {},
): void {
  checkArguments(names, maxTokens);
  // Where tools are searched for, a client gets those to search with.
  const tools = listedIn(catalog);
  const server = {
    serverName: name,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  };
  const findings = (['modern', 'legacy'] as const).flatMap((era) =>
    checkTools(
      tools.map(({ listed }) => listed[era]),
      names,
      server,
    ),
  );
  const distinct = [...new Map(findings.map((finding) => [keyOf(finding), finding])).values()];
  const size = sizeOf(tools);
  const isTooLarge = maxTokens !== undefined && size.tokens > maxTokens;
  const errors = distinct.filter(({ severity }) => severity === 'error');
  if (errors.length === 0 && !isTooLarge) return;
  throw new Error(
    [
      ...(errors.length > 0 ? [describeErrors(errors), ...linesOf(errors)] : []),
      ...(isTooLarge ? [`tools/list is larger than maxTokens (${maxTokens}): ${describeSize(size)}`] : []),
      ...countWarnings(distinct),
    ].join('\n'),
  );
}

function checkArguments(names: readonly ClientName[], maxTokens: number | undefined): void {
  if (!Array.isArray(names)) throw new TypeError(`toSuit takes a list of clients, such as ['claude-code']`);
  for (const name of names as readonly unknown[]) {
    if (typeof name === 'string' && Object.hasOwn(clients, name)) continue;
    const nearest = findNearest(String(name), clientNames);
    const advice =
      nearest === undefined ? `the clients are: ${clientNames.join(', ')}` : `did you mean ${nearest}?`;
    throw new TypeError(`${JSON.stringify(name)} is not a client that toSuit knows; ${advice}`);
  }
  if (maxTokens !== undefined && !(typeof maxTokens === 'number' && maxTokens >= 0))
    throw new TypeError(`maxTokens is ${String(maxTokens)}; it has to be a number of 0 or more`);
}

function keyOf({ client, tool, rule, detail }: Finding): string {
  return JSON.stringify([client, tool, rule, detail]);
}

function describeErrors(errors: readonly Finding[]): string {
  const lost = new Set(errors.map(({ client }) => client));
  const names = clientNames.filter((client) => lost.has(client)).join(', ');
  return `${errors.length} ${errors.length === 1 ? 'finding' : 'findings'}: some tools do not work in ${names}`;
}

/** One line for each thing to change, with the clients that want it. */
function linesOf(errors: readonly Finding[]): string[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of errors) {
    const key = JSON.stringify([finding.tool, finding.rule, finding.detail, finding.fix]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return Array.from(groups.values(), (same) => {
    const [{ tool, rule, message, fix }] = same as [Finding];
    const names = [...new Set(same.map(({ client }) => client))].join(', ');
    return `  ${tool ?? 'tools/list'}: ${message}; ${fix} [${names}: ${rule}]`;
  });
}

/** Says in one line what does not fail. */
function countWarnings(findings: readonly Finding[]): string[] {
  const counts = new Map<string, Set<string>>();
  for (const { client, tool, rule, severity } of findings) {
    if (severity !== 'warning') continue;
    const key = `${client} ${rule}`;
    counts.set(key, (counts.get(key) ?? new Set()).add(tool ?? 'tools/list'));
  }
  if (counts.size === 0) return [];
  const shown = Array.from(counts, ([key, tools]) => `${key} (${tools.size})`).join(', ');
  return [`Warnings, which do not fail: ${shown}. docs/clients.md says what they mean.`];
}
