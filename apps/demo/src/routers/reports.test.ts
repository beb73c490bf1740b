import { and, eq, gte, lt } from 'drizzle-orm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeDemo, expectRefusal } from '../../test/demo.ts';
import { customers } from '../db/schema.ts';

const day = 86_400_000;
const week = 7 * day;

describe('sign-ups over time', () => {
  describeDemo((demo) => {
    afterEach(() => {
      vi.useRealTimers();
    });

    const countBetween = (from: number, to: number) =>
      demo.db.$count(
        customers,
        and(gte(customers.signedUpAt, new Date(from)), lt(customers.signedUpAt, new Date(to))),
      );

    it('are what counting each week by itself gives', async () => {
      const now = Date.now();
      const report = await demo.as('viewer').reports.signUps.query({ weeks: 12 });
      expect(report.length).toBe(12);
      for (const [index, row] of report.entries()) {
        const from = row.startsAt.getTime();
        const running = index === 11;
        expect(row.startsAt.getUTCDay()).toBe(1);
        expect(from % day).toBe(0);
        expect(row.running).toBe(running);
        expect(row.signUps, row.startsAt.toISOString()).toBe(
          await countBetween(from, running ? now : from + week),
        );
        expect(row.signUpsBefore).toBe(await countBetween(from - week, running ? now - week : from));
      }
      expect(report.at(-1)!.startsAt.getTime()).toBeGreaterThan(now - week);
    });

    it('add up to all customers over a year', async () => {
      const report = await demo.as('viewer').reports.signUps.query({ weeks: 52 });
      const sum = report.reduce((total, row) => total + row.signUps, 0);
      expect(sum).toBe(await countBetween(report[0]!.startsAt.getTime(), Date.now()));
      expect(sum).toBeGreaterThan(300);
    });

    it('compare with the week before in percent', async () => {
      const report = await demo.as('viewer').reports.signUps.query({});
      expect(report.length).toBe(8);
      for (const { signUps, signUpsBefore, changePercent } of report) {
        expect(changePercent).toBeCloseTo(((signUps - signUpsBefore) / signUpsBefore) * 100, 0);
      }
    });

    // The result must not depend on the weekday on which the tests run.
    it.each(['2031-06-02T00:00:00.000Z', '2031-06-08T23:59:59.999Z', '2031-06-04T12:00:00.000Z'])(
      'start on the Monday before %s, and compare the running week with the same days',
      async (moment) => {
        vi.useFakeTimers({ now: new Date(moment), toFake: ['Date'] });
        const monday = Date.parse('2031-06-02T00:00:00.000Z');
        const report = await demo.as('viewer').reports.signUps.query({ weeks: 2 });
        expect(report.map((row) => row.startsAt.getTime())).toEqual([monday - week, monday]);
        expect(report.map((row) => row.running)).toEqual([false, true]);
      },
    );

    it('count whole weeks and the same stretch of the week before', async () => {
      const monday = Date.parse('2031-06-02T00:00:00.000Z');
      const signUps = [
        -week - 1, // two weeks back
        -week, // the week before: its first moment
        -week + 2 * day - 1,
        -week + 2 * day, // past the same stretch
        -1, // its last moment
        0, // the running week
        day,
        2 * day - 1,
        2 * day, // has not happened yet
      ];
      await demo.db.insert(customers).values(
        signUps.map((offset, n) => ({
          id: `00000000-0000-4000-8000-00000000000${n}`,
          name: 'Late Comer',
          email: `late-${n}@comer.example`,
          company: 'Comer',
          country: 'Norway',
          status: 'active' as const,
          signedUpAt: new Date(monday + offset),
        })),
      );
      vi.useFakeTimers({ now: monday + 2 * day, toFake: ['Date'] });
      await expect(demo.as('viewer').reports.signUps.query({ weeks: 2 })).resolves.toEqual([
        {
          startsAt: new Date(monday - week),
          running: false,
          signUps: 4,
          signUpsBefore: 1,
          changePercent: 300,
        },
        { startsAt: new Date(monday), running: true, signUps: 3, signUpsBefore: 2, changePercent: 50 },
      ]);
    });

    it('have nothing to compare with where nobody signed up before', async () => {
      vi.useFakeTimers({ now: Date.parse('2035-01-01T12:00:00.000Z'), toFake: ['Date'] });
      const [row] = await demo.as('viewer').reports.signUps.query({ weeks: 1 });
      expect(row).toMatchObject({ signUps: 0, signUpsBefore: 0, changePercent: null });
    });

    it('are counted by months of the calendar, as counting each customer by itself gives', async () => {
      const signedUp = await demo.db.select({ at: customers.signedUpAt }).from(customers);
      const perMonth = new Map<string, number>();
      for (const { at } of signedUp) {
        const month = at.toISOString().slice(0, 7);
        perMonth.set(month, (perMonth.get(month) ?? 0) + 1);
      }
      const now = new Date();
      const report = await demo.as('viewer').reports.signUps.query({ months: 14 });
      const months = report.map(({ startsAt }) => startsAt.toISOString());
      expect(months.map((month) => month.slice(7))).toEqual(months.map(() => '-01T00:00:00.000Z'));
      expect(months.at(-1)!.slice(0, 7)).toBe(now.toISOString().slice(0, 7));
      expect(new Set(months).size).toBe(14);
      expect(report.map(({ running }) => running)).toEqual([...Array<boolean>(13).fill(false), true]);
      // Of the running month nothing is left out: the sample data has nobody who signs up later.
      expect(report.map(({ signUps }) => signUps)).toEqual(
        months.map((month) => perMonth.get(month.slice(0, 7)) ?? 0),
      );
      for (const [index, { signUpsBefore }] of report.slice(0, -1).entries()) {
        const [year, month] = months[index]!.split('-').map(Number) as [number, number];
        const before = month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`;
        expect(signUpsBefore, months[index]).toBe(perMonth.get(before) ?? 0);
      }
      expect(report.some(({ signUps }) => signUps > 0)).toBe(true);
    });

    it.each([
      // The running month is three days old, and is compared with the first three days of the month before.
      ['2032-03-04T00:00:00.000Z', 2, 2],
      // The running month is older than February is long, so it is compared with the whole of February.
      ['2032-03-31T00:00:00.000Z', 3, 4],
    ])('compare the running month at %s with as much of the one before', async (moment, signUps, before) => {
      const at = [
        '2032-01-31T23:59:59.999Z', // two months before
        '2032-02-01T00:00:00.000Z',
        '2032-02-03T23:59:59.999Z',
        '2032-02-04T00:00:00.000Z',
        '2032-02-29T23:59:59.999Z', // the last moment of a leap year’s February
        '2032-03-01T00:00:00.000Z',
        '2032-03-03T12:00:00.000Z',
        '2032-03-30T12:00:00.000Z',
        '2032-03-31T00:00:00.000Z', // has not happened yet
      ];
      const rows = at.map((signedUpAt, n) => ({
        id: `00000000-0000-4000-8000-00000000010${n}`,
        name: 'Leap Comer',
        email: `leap-${n}@comer.example`,
        company: 'Comer',
        country: 'Norway',
        status: 'active' as const,
        signedUpAt: new Date(signedUpAt),
      }));
      await demo.db.insert(customers).values(rows);
      try {
        vi.useFakeTimers({ now: new Date(moment), toFake: ['Date'] });
        await expect(demo.as('viewer').reports.signUps.query({ months: 2 })).resolves.toEqual([
          {
            startsAt: new Date('2032-02-01'),
            running: false,
            signUps: 4,
            signUpsBefore: 1,
            changePercent: 300,
          },
          {
            startsAt: new Date('2032-03-01'),
            running: true,
            signUps,
            signUpsBefore: before,
            changePercent: Math.round((signUps / before - 1) * 1000) / 10,
          },
        ]);
      } finally {
        await demo.db.delete(customers).where(eq(customers.name, 'Leap Comer'));
      }
    });

    it('are reported for 1 to 24 months', async () => {
      for (const months of [0, 25, 1.5]) {
        await expectRefusal(demo.as('viewer').reports.signUps.query({ months }), 'BAD_REQUEST', 'months');
      }
    });

    it('are reported for 1 to 52 weeks', async () => {
      for (const weeks of [0, 53, 1.5]) {
        await expectRefusal(demo.as('viewer').reports.signUps.query({ weeks }), 'BAD_REQUEST', 'weeks');
      }
    });
  });
});
