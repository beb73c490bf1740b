import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

const never = new AbortController().signal;

test('lets so many in at once, and the others in their order', async () => {
  const gate = new Gate(2);
  expect([await gate.enter(never, 1), await gate.enter(never, 1)]).toEqual([true, true]);
  const entered: number[] = [];
  const waiting = [3, 4].map(async (name) => {
    if (await gate.enter(never, 60_000)) entered.push(name);
  });
  gate.leave();
  await waiting[0];
  expect(entered).toEqual([3]);
  gate.leave();
  await Promise.all(waiting);
  expect(entered).toEqual([3, 4]);
  expect(gate.inside).toBe(2);
  gate.leave();
  gate.leave();
  expect(gate.inside).toBe(0);
});

test('lets nobody in who has waited too long, or has left', async () => {
  const gate = new Gate(1);
  await gate.enter(never, 1);
  const controller = new AbortController();
  const left = gate.enter(controller.signal, 60_000);
  expect(await gate.enter(never, 1)).toBe(false);
  controller.abort();
  expect(await left).toBe(false);
  expect(await gate.enter(AbortSignal.abort(), 1)).toBe(false);
  gate.leave();
  // Nobody of them holds the place.
  expect(await gate.enter(never, 1)).toBe(true);
});
