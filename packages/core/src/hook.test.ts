import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { HookTimeout, runHook } from './hook.ts';

test('a hook answers at once, or later', async () => {
  await expect(runHook('visible', 20, () => 1)).resolves.toBe(1);
  await expect(runHook('visible', 5000, () => Promise.resolve(2))).resolves.toBe(2);
  const elsewhere = runInNewContext('Promise.resolve(3)') as Promise<number>;
  await expect(runHook('visible', 5000, () => elsewhere)).resolves.toBe(3);
});

test('a throw and a rejection come out as they are', async () => {
  const error = new Error('no');
  await expect(runHook('visible', 20, () => Promise.reject(error))).rejects.toBe(error);
  await expect(
    runHook('visible', 20, () => {
      throw error;
    }),
  ).rejects.toBe(error);
});

test.each([
  ['a promise', () => new Promise<never>(() => {})],
  ['a promise of another realm', () => runInNewContext('new Promise(() => {})') as Promise<never>],
])('%s that never settles is given up, with the option that allows more', async (_, hook) => {
  const error = await runHook('auth.authorize', 5, hook).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HookTimeout);
  expect((error as Error).message).toBe(
    'auth.authorize has not answered within 5 ms; the option hookTimeoutMs allows more',
  );
});
