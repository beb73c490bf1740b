import { describe, expect, test } from 'vitest';
import { eventually } from '../../redis/test/eventually.ts';
import type { OAuthStore } from '../src/index.ts';

/** Two stores of two processes, or what comes closest to it, on one database that nobody else uses. */
export interface TwoStores extends AsyncDisposable {
  one: OAuthStore;
  other: OAuthStore;
}

const hour = 3_600_000;
/** Long enough for all calls of a test to fall into one window, also on a busy machine. */
const limit = { points: 5, durationMs: hour };

/** Describes what every store has to do. */
export function describeStore(name: string, open: () => Promise<TwoStores>): void {
  describe(`the store on ${name}`, () => {
    test('adds a key only once, and lets the other process read it', async () => {
      await using stores = await open();
      const { one, other } = stores;
      expect(await other.get('key')).toBe(undefined);
      expect(await one.add('key', 'first', hour)).toBe(true);
      expect(await other.add('key', 'second', hour)).toBe(false);
      expect(await one.add('key', 'third', hour)).toBe(false);
      expect(await other.get('key')).toBe('first');
    });

    test('adds a key for one of two that try at once, every time', async () => {
      await using stores = await open();
      const { one, other } = stores;
      for (let round = 0; round < 50; round++) {
        const key = `key ${round}`;
        const won = await Promise.all([one.add(key, 'one', hour), other.add(key, 'other', hour)]);
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await one.get(key)).toBe(won[0] ? 'one' : 'other');
      }
    });

    test('sets a key whether it exists or not, and removes it', async () => {
      await using stores = await open();
      const { one, other } = stores;
      await one.set('key', 'first', hour);
      expect(await other.get('key')).toBe('first');
      await other.set('key', 'second', hour);
      expect(await one.get('key')).toBe('second');
      expect(await one.add('key', 'third', hour)).toBe(false);
      await one.delete('key');
      expect(await other.get('key')).toBe(undefined);
      await other.delete('key');
      expect(await other.add('key', 'fourth', hour)).toBe(true);
      await one.set('key', 'fifth', hour);
      expect(await other.get('key')).toBe('fifth');
    });

    test('lists a group, in which each key is once', async () => {
      await using stores = await open();
      const { one, other } = stores;
      expect(await one.keysOf('ann')).toEqual([]);
      await one.set('a', '1', hour, ['ann', 'client']);
      await other.set('b', '2', hour, ['ann', 'ann']);
      await one.set('c', '3', hour, ['ben']);
      await one.set('d', '4', hour);
      expect((await other.keysOf('ann')).toSorted()).toEqual(['a', 'b']);
      expect(await one.keysOf('client')).toEqual(['a']);
      expect(await other.keysOf('ben')).toEqual(['c']);
      expect(await other.keysOf('nobody')).toEqual([]);
    });

    test('replaces the groups of a key when it is set again', async () => {
      await using stores = await open();
      const { one, other } = stores;
      const groups = () => Promise.all(['ann', 'ben', 'client'].map((group) => one.keysOf(group)));
      await one.set('key', '1', hour, ['ann', 'client']);
      await other.set('key', '2', hour, ['client', 'ben']);
      expect(await groups()).toEqual([[], ['key'], ['key']]);
      await one.set('key', '3', hour, ['ben', 'client']);
      expect(await groups()).toEqual([[], ['key'], ['key']]);
      await one.set('key', '4', hour);
      expect(await groups()).toEqual([[], [], []]);
      await one.set('key', '5', hour, ['ann']);
      expect(await groups()).toEqual([['key'], [], []]);
      expect(await other.get('key')).toBe('5');
    });

    test('takes a key out of its groups when it is removed', async () => {
      await using stores = await open();
      const { one, other } = stores;
      await one.set('a', '1', hour, ['ann', 'client']);
      await one.set('b', '2', hour, ['client']);
      await other.delete('a');
      expect(await one.keysOf('ann')).toEqual([]);
      expect(await one.keysOf('client')).toEqual(['b']);
      // A key that comes back is in no group.
      await one.add('a', '3', hour);
      expect(await one.keysOf('ann')).toEqual([]);
    });

    test('has a key in the groups of one write when two write it at once', async () => {
      await using stores = await open();
      const { one, other } = stores;
      for (let round = 0; round < 20; round++) {
        await Promise.all([
          one.set('key', 'one', hour, ['of one', 'of both']),
          other.set('key', 'other', hour, ['of other', 'of both']),
          one.set('key', 'one', hour, ['of one', 'of both']),
        ]);
        const isOne = (await one.get('key')) === 'one';
        expect(await one.keysOf('of one')).toEqual(isOne ? ['key'] : []);
        expect(await one.keysOf('of other')).toEqual(isOne ? [] : ['key']);
        expect(await one.keysOf('of both')).toEqual(['key']);
      }
    });

    test('forgets a key when its time is over, also in its groups', async () => {
      await using stores = await open();
      const { one, other } = stores;
      await one.set('short', '1', 400, ['ann']);
      await one.set('long', '2', hour, ['ann']);
      await eventually(async () => expect(await other.get('short')).toBe(undefined));
      // What `get` does not return any more, `keysOf` does not list.
      expect(await other.keysOf('ann')).toEqual(['long']);
      await one.set('short', '3', 0.5);
      await eventually(async () => expect(await other.add('short', '4', hour)).toBe(true));
      expect(await one.get('short')).toBe('4');
      // It is a new key, and not in the group of the old one.
      expect(await one.keysOf('ann')).toEqual(['long']);
    });

    test('gives a key a new time when it is set again, and not when it cannot be added', async () => {
      await using stores = await open();
      const { one, other } = stores;
      await one.set('longer', '1', 300, ['ann']);
      await one.set('longer', '2', hour, ['ann']);
      await one.set('shorter', '1', hour, ['ann']);
      await one.set('shorter', '2', 300, ['ann']);
      await one.set('same', '1', 300);
      await one.add('same', '2', 300);
      await eventually(async () => expect(await other.get('shorter')).toBe(undefined));
      await eventually(async () => expect(await other.get('same')).toBe(undefined));
      expect(await other.get('longer')).toBe('2');
      expect(await other.keysOf('ann')).toEqual(['longer']);
    });

    test.each(Object.entries(texts))('keeps any text: %s', async (_name, text) => {
      await using stores = await open();
      const { one, other } = stores;
      await one.set(text, text, hour, [text, 'ann']);
      expect(await other.get(text)).toBe(text);
      expect(await other.keysOf(text)).toEqual([text]);
      expect(await other.keysOf('ann')).toEqual([text]);
      await other.set(text, '', hour);
      expect([await one.get(text), await one.keysOf(text)]).toEqual(['', []]);
      await one.delete(text);
      expect(await other.add(text, text, hour)).toBe(true);
      expect(await other.take(text, limit)).toBe(0);
      expect(await one.get(text)).toBe(text);
    });

    test('keeps a value of 100 kB', async () => {
      await using stores = await open();
      const value = 'ä"\\ '.repeat(25_000);
      await stores.one.set('large', value, hour, ['ann']);
      expect(await stores.other.get('large')).toBe(value);
    });

    test('counts points for all processes together, exactly', async () => {
      await using stores = await open();
      const takeAll = (count: number, key: string) =>
        Promise.all(
          Array.from({ length: count }, (_, index) => stores[index % 2 ? 'one' : 'other'].take(key, limit)),
        );
      const waits = await takeAll(30, 'ann');
      expect(waits.filter((ms) => ms === 0)).toHaveLength(limit.points);
      for (const ms of waits.filter((each) => each !== 0)) {
        expect(ms).toBeGreaterThan(0);
        expect(ms).toBeLessThanOrEqual(limit.durationMs);
      }
      // Somebody else, and another limit, have points of their own. A count is no record.
      expect(await takeAll(1, 'ben')).toEqual([0]);
      expect(await stores.one.take('ann', { ...limit, points: 6 })).toBe(0);
      expect(await stores.one.get('ann')).toBe(undefined);
      expect(await stores.one.add('ann', '1', hour)).toBe(true);
      await stores.one.delete('ann');
      expect(await stores.other.take('ann', limit)).toBeGreaterThan(0);
    });

    test('gives the points back when the time is over', async () => {
      await using stores = await open();
      const brief = { points: 2, durationMs: 1000 };
      // However slow the machine is: in one of the rounds, three calls fall into one window.
      await eventually(async () => {
        const waits = [];
        for (let point = 0; point < 3; point++) waits.push(await stores.one.take('ann', brief));
        expect(waits.at(-1)).toBeGreaterThan(0);
      });
      await eventually(async () => expect(await stores.other.take('ann', brief)).toBe(0));
    });
  });
}

const texts = {
  quotes: `it's "quoted" \`so\` \\ '' ; drop table x; --`,
  'arrays and objects': '{a,"b",NULL} [1] $1 %s :key',
  'other scripts': 'größe 名前 🔑 \u202e\u0301',
  'white space': ' \t\r\n ',
  nothing: '',
};
