/** The name of a table, quoted for SQL, and of its indexes. */
export interface TableNames {
  table: string;
  groupsIndex: string;
  expiryIndex: string;
}

const defaultTable = 'trpc_mcp_oauth';

/** PostgreSQL cuts names after 63 bytes. The names of the indexes have to fit too. */
const longestName = 50;

/** Quotes the name of a table, with or without its schema. Throws if it is not made of letters, digits and `_`. */
export function toTableNames(name: string = defaultTable): TableNames {
  const parts = typeof name === 'string' ? name.split('.') : [];
  const table = parts.at(-1);
  const isName = parts.length <= 2 && parts.every((part) => /^[a-z_][a-z0-9_]*$/i.test(part));
  if (table === undefined || !isName || parts.some((part) => part.length > longestName))
    throw new TypeError(
      `the table of postgresOAuthStore is a name such as "trpc_mcp_oauth" or "auth.trpc_mcp_oauth", of letters, digits and "_", at most ${longestName} for each part; "${name}" is not`,
    );
  return {
    table: parts.map((part) => `"${part}"`).join('.'),
    groupsIndex: `"${table}_groups"`,
    expiryIndex: `"${table}_expires_at"`,
  };
}

/** The statements that make the table. */
export function toSchema({ table, groupsIndex, expiryIndex }: TableNames): string[] {
  return [
    `create table if not exists ${table} (
  key text primary key,
  value text not null,
  groups text[] not null,
  expires_at timestamptz not null
)`,
    `create index if not exists ${groupsIndex} on ${table} using gin (groups)`,
    `create index if not exists ${expiryIndex} on ${table} (expires_at)`,
  ];
}

/**
 * The SQL that makes the table of `postgresOAuthStore`, for a migration. A store that finds its table needs only the right
 * to select, insert, update and delete.
 */
export function postgresOAuthSchema(table?: string): string {
  return toSchema(toTableNames(table))
    .map((statement) => `${statement};\n`)
    .join('');
}
