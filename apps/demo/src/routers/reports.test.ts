import { and, gte, lt } from 'drizzle-orm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeDemo, expectRefusal } from '../../test/demo.ts';
import { customers } from '../db/schema.ts';

const day = 86_400_000;
const week = 7 * day;

describe('sign-ups week over week', () => {
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

    it('are reported for 1 to 52 weeks', async () => {
      for (const weeks of [0, 53, 1.5]) {
        await expectRefusal(demo.as('viewer').reports.signUps.query({ weeks }), 'BAD_REQUEST', 'weeks');
      }
    });
  });
});
