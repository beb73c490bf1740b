import type { AnyTRPCRouter } from '@trpc/server';
import type { InProcessOptions, ToolName } from '@trpc-mcp/core/caller';

/** How models find tools: the option `discovery`. */
export type Discovery<TRouter extends AnyTRPCRouter> = InProcessOptions<TRouter>['discovery'];

/** The tools that find the others with `discovery: 'search'`. */
export type SearchToolName = 'search_tools' | 'describe_tools' | 'run_query' | 'run_mutation';

/** The tools of `discovery: codeMode()`. */
export type CodeToolName = 'search_api' | 'run_code';

/**
 * The names of the tools that are listed with an option `discovery`: those of the router by default, those that find the others
 * with search and code mode, and any with `{ over }`, where it depends on how many there are.
 */
export type ListedName<TRouter extends AnyTRPCRouter, TDiscovery> = [TDiscovery] extends ['list' | undefined]
  ? ToolName<TRouter>
  : [TDiscovery] extends ['search']
    ? SearchToolName
    : [TDiscovery] extends [{ kind: 'code' }]
      ? CodeToolName
      : string;
