import { NotFoundError } from '../error.ts';

export interface Row {
  id: string;
  createdAt: Date;
}

type New<TRow extends Row> = Omit<TRow, keyof Row> & Partial<Row>;
type Patch<TRow> = { [TKey in keyof TRow]?: TRow[TKey] | undefined };

export interface Page<TRow> {
  items: TRow[];
  nextCursor: string | null;
}

/** A table in memory. */
export class Collection<TRow extends Row> {
  readonly #kind: string;
  readonly #prefix: string;
  readonly #rows = new Map<string, TRow>();

  constructor(kind: string, prefix: string) {
    this.#kind = kind;
    this.#prefix = prefix;
  }

  get(id: string): TRow {
    const row = this.#rows.get(id);
    if (!row) throw new NotFoundError(this.#kind, id);
    return row;
  }

  list(holds: (row: TRow) => boolean = () => true): TRow[] {
    return [...this.#rows.values()].filter(holds);
  }

  find(holds: (row: TRow) => boolean): TRow | undefined {
    return this.list(holds)[0];
  }

  page(
    { cursor, limit = 20 }: { cursor?: string | null | undefined; limit?: number | undefined },
    holds?: (row: TRow) => boolean,
  ): Page<TRow> {
    const rows = this.list(holds);
    const start = cursor ? rows.findIndex(({ id }) => id === cursor) + 1 : 0;
    const items = rows.slice(start, start + limit);
    return { items, nextCursor: start + limit < rows.length ? (items.at(-1)?.id ?? null) : null };
  }

  insert(row: New<TRow>): TRow {
    const number = String(this.#rows.size + 1).padStart(12, '0');
    const made = { id: `${this.#prefix}_${number}`, createdAt: new Date(), ...row } as unknown as TRow;
    this.#rows.set(made.id, made);
    return made;
  }

  /** Keys that are undefined stay as they are. */
  update(id: string, patch: Patch<TRow>): TRow {
    const said = Object.entries(patch).filter(([, value]) => value !== undefined);
    const row = { ...this.get(id), ...(Object.fromEntries(said) as Partial<TRow>) };
    this.#rows.set(id, row);
    return row;
  }

  remove(id: string): TRow {
    const row = this.get(id);
    this.#rows.delete(id);
    return row;
  }
}
