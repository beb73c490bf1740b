import { and, desc, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, expectRefusal, type Role } from '../../test/demo.ts';
import { customers, invoices } from '../db/schema.ts';
import { jonas, mara } from '../sample/cast.ts';

const day = 86_400_000;

describe('invoices', () => {
  describeDemo((demo) => {
    type Input = Parameters<ReturnType<typeof demo.as>['invoices']['list']['query']>[0];

    const allPages = async (role: Role, input: Input) => {
      const pages = [];
      let cursor: string | null | undefined;
      do {
        const page = await demo.as(role).invoices.list.query({ ...input, cursor: cursor ?? undefined });
        pages.push(page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return pages;
    };
    const idOf = async (email: string) => {
      const [row] = await demo.db.select().from(customers).where(eq(customers.email, email));
      if (!row) throw new Error(`nobody has the address ${email}`);
      return row.id;
    };

    it('come page by page, each one once, the newest first', async () => {
      const expected = await demo.db
        .select({ id: invoices.id })
        .from(invoices)
        .orderBy(desc(invoices.issuedAt), desc(invoices.id));
      const pages = await allPages('viewer', { limit: 100 });
      expect(pages.flat().map((invoice) => invoice.id)).toEqual(expected.map((row) => row.id));
      expect(pages.map((page) => page.length).slice(0, -1)).toEqual(pages.slice(1).map(() => 100));
    });

    it('do not end in an empty page when the last one is full', async () => {
      const customerId = await idOf(mara.email);
      const total = await demo.db.$count(invoices, eq(invoices.customerId, customerId));
      const pages = await allPages('viewer', { customerId, limit: total });
      expect(pages.map((page) => page.length)).toEqual([total]);
    });

    it('issued at the same moment are neither lost nor repeated between pages', async () => {
      const customerId = await idOf(jonas.email);
      const issuedAt = new Date('2020-02-29T12:34:56.789Z');
      const twins = Array.from({ length: 5 }, (_, n) => ({
        id: `00000000-0000-4000-8000-00000000000${n}`,
        number: `TWIN-${n}`,
        customerId,
        status: 'paid' as const,
        amountCents: 100,
        issuedAt,
        dueAt: issuedAt,
      }));
      await demo.db.insert(invoices).values(twins);
      const pages = await allPages('viewer', { customerId, limit: 2 });
      const numbers = pages.flat().map((invoice) => invoice.number);
      expect(numbers.filter((number) => number.startsWith('TWIN'))).toEqual(
        twins.map((twin) => twin.number).toReversed(),
      );
      expect(new Set(numbers).size).toBe(numbers.length);
    });

    it('carry real dates and say whose they are', async () => {
      const customerId = await idOf(mara.email);
      const { items } = await demo.as('viewer').invoices.list.query({ customerId, limit: 1 });
      expect(items).toEqual([
        {
          id: expect.any(String),
          number: expect.stringMatching(/^INV-\d{6}$/),
          customer: { id: customerId, name: mara.name },
          status: expect.stringMatching(/open|paid/),
          amountCents: 7900,
          issuedAt: expect.any(Date),
          dueAt: expect.any(Date),
          paidAt: items[0]?.status === 'paid' ? expect.any(Date) : null,
        },
      ]);
    });

    it('are narrowed by status', async () => {
      const expected = await demo.db.$count(invoices, eq(invoices.status, 'overdue'));
      const found = (await allPages('viewer', { status: 'overdue', limit: 100 })).flat();
      expect(expected).toBeGreaterThan(0);
      expect(found.length).toBe(expected);
      expect(found.every((invoice) => invoice.status === 'overdue' && invoice.dueAt < new Date())).toBe(true);
    });

    it('are narrowed to those issued since a moment, that moment included', async () => {
      const [third] = await demo.db
        .select()
        .from(invoices)
        .orderBy(desc(invoices.issuedAt))
        .offset(2)
        .limit(1);
      const { items } = await demo.as('viewer').invoices.list.query({ issuedFrom: third!.issuedAt });
      expect(items.map((invoice) => invoice.issuedAt >= third!.issuedAt)).toEqual([true, true, true]);
    });

    it.each([
      ['all', {}],
      ['those of a status', { status: 'overdue' }],
      [
        'those of a period',
        { issuedFrom: new Date(Date.now() - 100 * day), issuedUntil: new Date(Date.now() - 30 * day) },
      ],
    ] as const)('come with the totals of %s, whatever the page', async (_what, input) => {
      const rows = (await demo.db.select().from(invoices)).filter(
        ({ status, issuedAt }) =>
          (!('status' in input) || status === input.status) &&
          (!('issuedFrom' in input) || (issuedAt >= input.issuedFrom && issuedAt < input.issuedUntil)),
      );
      const expected = {
        all: sumUp(rows),
        open: sumUp(rows.filter(({ status }) => status === 'open')),
        paid: sumUp(rows.filter(({ status }) => status === 'paid')),
        overdue: sumUp(rows.filter(({ status }) => status === 'overdue')),
      };
      expect(expected.all.count).toBeGreaterThan(2);
      const { list } = demo.as('viewer').invoices;
      const first = await list.query({ ...input, limit: 2 });
      const next = await list.query({ ...input, limit: 1, cursor: first.nextCursor! });
      expect([first.totals, next.totals]).toEqual([expected, expected]);
    });

    it('are totalled by status and by month, as adding up each row gives', async () => {
      const own = await idOf(mara.email);
      const rows = await demo.db.select().from(invoices);
      const [someMonth] = rows
        .map(({ issuedAt }) => issuedAt.toISOString().slice(0, 7))
        .toSorted()
        .slice(-100);
      const issuedFrom = new Date(Date.now() - 200 * day);
      const issuedUntil = new Date(Date.now() - 20 * day);
      type Row = (typeof rows)[number];
      const cases: [
        Parameters<ReturnType<typeof demo.as>['invoices']['totals']['query']>[0],
        (row: Row) => boolean,
      ][] = [
        [{}, () => true],
        [{ customerId: own }, ({ customerId }) => customerId === own],
        [{ month: someMonth! }, ({ issuedAt }) => issuedAt.toISOString().startsWith(someMonth!)],
        [{ issuedFrom, issuedUntil }, ({ issuedAt }) => issuedAt >= issuedFrom && issuedAt < issuedUntil],
        [{ month: '1999-01' }, () => false],
      ];
      for (const [input, keep] of cases) {
        const kept = rows.filter(keep);
        const groupsBy = (keyOf: (row: Row) => string) =>
          [...new Set(kept.map(keyOf))].map((key) => ({
            key,
            ...sumUp(kept.filter((row) => keyOf(row) === key)),
          }));
        const months = groupsBy(({ issuedAt }) => issuedAt.toISOString().slice(0, 7)).toSorted((a, b) =>
          a.key < b.key ? -1 : 1,
        );
        const statuses = groupsBy(({ status }) => status);
        const totals = await demo.as('viewer').invoices.totals.query(input);
        expect(totals).toEqual({
          ...sumUp(kept),
          byStatus: expect.any(Array),
          byMonth: months.map(({ key, ...figures }) => ({ month: key, ...figures })),
        });
        expect(new Set(totals.byStatus)).toEqual(
          new Set(statuses.map(({ key, ...figures }) => ({ status: key, ...figures }))),
        );
      }
      const hers = await demo.as('customer').invoices.totals.query({});
      expect(hers).toMatchObject(sumUp(rows.filter(({ customerId }) => customerId === own)));
      expect(hers.byMonth.length).toBeGreaterThan(0);
    });

    it('show a customer their own, asked for or not, and of nobody else', async () => {
      const own = await idOf(mara.email);
      const other = await idOf(jonas.email);
      const expected = await demo.db.$count(invoices, and(eq(invoices.customerId, own)));
      for (const input of [{}, { customerId: own }]) {
        const found = (await allPages('customer', { ...input, limit: 100 })).flat();
        expect(found.length).toBe(expected);
        expect(found.every((invoice) => invoice.customer.id === own)).toBe(true);
      }
      await expectRefusal(
        demo.as('customer').invoices.list.query({ customerId: other }),
        'FORBIDDEN',
        'only their own account',
      );
    });

    it('keep a customer inside their own account when the cursor is of another list', async () => {
      const { nextCursor } = await demo.as('viewer').invoices.list.query({ limit: 1 });
      const own = await idOf(mara.email);
      const page = await demo.as('customer').invoices.list.query({ cursor: nextCursor ?? undefined });
      expect(page.items.every((invoice) => invoice.customer.id === own)).toBe(true);
    });

    it.each([
      '',
      'nonsense',
      Buffer.from('[1,"x"]').toString('base64url'),
      Buffer.from('null').toString('base64url'),
    ])('refuse the cursor %j, which is none of theirs', async (cursor) => {
      await expectRefusal(
        demo.as('viewer').invoices.list.query({ cursor }),
        'BAD_REQUEST',
        'pass nextCursor',
      );
    });
  });
});

function sumUp(rows: { amountCents: number }[]) {
  return { count: rows.length, amountCents: rows.reduce((sum, { amountCents }) => sum + amountCents, 0) };
}
