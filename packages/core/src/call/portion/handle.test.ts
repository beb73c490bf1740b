import { expect, it } from 'vitest';
import type { Tool } from '../../catalog/tool.ts';
import type { Caller } from '../caller.ts';
import { createHandles, handleLifeMs, type HandleOwner } from './handle.ts';

const secret = 'a secret of thirty-two bytes or more';
const ownerOf = (user: string, path = 'list', args: unknown = { of: 'Bergen' }): HandleOwner => ({
  tool: { path, name: path } as Tool,
  args,
  caller: async (): Promise<Caller> => ({ kind: 'identified', id: user }),
});

it('a handle is good for its caller, its tool and its arguments alone', async () => {
  const handles = createHandles(secret);
  const continuation = [
    { keys: ['items'], skip: 40 },
    { keys: ['tags'], skip: 2 },
  ];
  const handle = await handles.seal(continuation, ownerOf('ada'));
  expect(await handles.open(handle, ownerOf('ada'))).toEqual(continuation);
  expect(await createHandles(secret).open(handle, ownerOf('ada'))).toEqual(continuation);
  const others = [
    ownerOf('bo'),
    ownerOf('ada', 'other'),
    ownerOf('ada', 'list', { of: 'Oslo' }),
    ownerOf('ada', 'list', null),
  ];
  for (const other of others)
    await expect(handles.open(handle, other)).rejects.toThrow(/was not given to you/);
  const first = handle.startsWith('A') ? 'B' : 'A';
  for (const altered of [
    handle.slice(1),
    `${handle}A`,
    `${first}${handle.slice(1)}`,
    '',
    '💥',
    'x'.repeat(100_000),
  ])
    await expect(handles.open(altered, ownerOf('ada'))).rejects.toThrow(/was not given to you/);
  await expect(createHandles(undefined).open(handle, ownerOf('ada'))).rejects.toThrow(/was not given to you/);
});

it('the order of the arguments makes no difference, and none are the same as an empty object', async () => {
  const handles = createHandles(undefined);
  const handle = await handles.seal([{ keys: [], skip: 1 }], ownerOf('ada', 'list', { a: 1, b: 2 }));
  expect(await handles.open(handle, ownerOf('ada', 'list', { b: 2, a: 1 }))).toEqual([{ keys: [], skip: 1 }]);
  const bare = await handles.seal([{ keys: [], skip: 1 }], ownerOf('ada', 'list', null));
  expect(await handles.open(bare, ownerOf('ada', 'list', {}))).toEqual([{ keys: [], skip: 1 }]);
});

it('a handle ends after ten minutes', async () => {
  let now = 0;
  const handles = createHandles(secret, () => now);
  const handle = await handles.seal([{ keys: [], skip: 1 }], ownerOf('ada'));
  now = handleLifeMs;
  expect(await handles.open(handle, ownerOf('ada'))).toEqual([{ keys: [], skip: 1 }]);
  now = handleLifeMs + 1;
  await expect(handles.open(handle, ownerOf('ada'))).rejects.toThrow(/older than 10 minutes/);
});
