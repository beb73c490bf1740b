export interface Row {
  id: string;
  name: string;
  email: string;
  state: 'active' | 'closed';
  balance: number;
  createdAt: Date;
  closedAt: Date | null;
}

const made: Row[] = [];

/** Makes the first rows of a table, as a database driver would return them. 100 of them are about 18 kB of JSON. */
export function rowsOf(count: number): Row[] {
  while (made.length < count) made.push(createRow(made.length));
  return made.slice(0, count);
}

function createRow(n: number): Row {
  return {
    id: `c${String(n).padStart(11, '0')}`,
    name: `Customer number ${n}`,
    email: `customer.${n}@example.com`,
    state: n % 3 === 0 ? 'closed' : 'active',
    balance: (n * 7919) % 100_000,
    createdAt: new Date(Date.UTC(2025, 0, 1) + n * 3_600_000),
    closedAt: n % 3 === 0 ? new Date(Date.UTC(2026, 0, 1) + n * 3_600_000) : null,
  };
}
