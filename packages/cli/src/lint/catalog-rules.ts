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
        const [verb = '', ...rest] = wordsOf(path.split('.').at(-1)!);
        if (!changing.has(verb) || readable.has(rest.at(-1) ?? '')) return [];
        return {
          tool: name,
          place: 'annotations.readOnlyHint',
          message: `${path} is a query, and its name says that it changes something (${verb})`,
        };
      }),
  },
];

/** `updateAPIKey` → `update`, `api`, `key` */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2')
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** What a name ends with that is about a change, and makes none: `updateHistory`, `cancelReasons`, `archiveCheck`. */
const readable = new Set(
  (
    'preview previews stats statistics count counts history log logs check checks impact status state info details options ' +
    'summary report reports schema form defaults reason reasons policy policies quote estimate eligibility available allowed ' +
    'permission permissions limits requirements url link events feed'
  ).split(' '),
);

const changing = new Set(
  'create insert update delete remove destroy edit modify erase purge wipe upsert revoke cancel publish archive send pay refund'.split(
    ' ',
  ),
);
