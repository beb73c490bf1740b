import type { ToolDescription } from '@trpc-mcp/core/catalog';
import type { LintFound, LintRule } from '@trpc-mcp/core/clients';

/** A rule that needs to know more of a tool than a list says. Only modules have it. */
export interface CatalogRule extends Omit<LintRule, 'find'> {
  find: (tools: readonly ToolDescription[]) => LintFound[];
}

/** What a procedure is and what its tool is called do not fit together. */
export const catalogRules: readonly CatalogRule[] = [
  {
    code: 'query-changes',
    severity: 'warning',
    finds:
      'queries whose name says that they change something: clients run them without asking, because a query only reads. Only for modules',
    fix: 'make it a mutation, or set mcp.annotations: { readOnlyHint: false }; if it only reads, rename it',
    example: { found: 'users.delete as .query(…)', fine: 'users.delete as .mutation(…)' },
    find: (tools) =>
      tools.flatMap(({ name, path, type, listed }) => {
        if (type !== 'query' || listed.annotations.readOnlyHint !== true) return [];
        const [verb = ''] =
          /^[a-z]+/.exec(
            path
              .split('.')
              .at(-1)!
              .replace(/^[A-Z]/, (first) => first.toLowerCase()),
          ) ?? [];
        if (!changing.has(verb)) return [];
        return {
          tool: name,
          place: 'annotations.readOnlyHint',
          message: `${path} is a query, and its name says that it changes something (${verb})`,
        };
      }),
  },
];

const changing = new Set(
  'create insert update delete remove destroy edit modify erase purge wipe upsert revoke cancel publish archive send pay refund'.split(
    ' ',
  ),
);
