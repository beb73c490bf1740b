import { createRequestStateCodec } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AskState } from '../call/ask.ts';

const secret = 'a secret of at least thirty-two bytes, with an ü';
const state: AskState = {
  answers: { 'q1-å': { action: 'accept', content: { text: '\ud83d\ude00 \ud800' } } },
  round: 2,
  asked: 'a digest',
  bind: 'another digest',
  nonce: 'a nonce',
};

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.resetModules();
});

/** Loads the seal as a host with or without Node's own modules does. */
async function load(hasNode: boolean) {
  vi.resetModules();
  if (!hasNode) vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
  const { createStateSeal } = await import('./state.ts');
  return createStateSeal;
}

describe.each([
  ['on Node', true],
  ['elsewhere', false],
])('a state that is sealed %s', (_, hasNode) => {
  test('is opened by whoever has the secret', async () => {
    const createStateSeal = await load(hasNode);
    const sealed = await createStateSeal(secret).seal(state);
    expect(await createStateSeal(secret).open(sealed)).toEqual(state);
    expect(await createStateSeal(`${secret}!`).open(sealed)).toBeUndefined();
    expect(await createStateSeal(undefined).open(sealed)).toBeUndefined();
  });

  test('has the form of the codec of the SDK', async () => {
    const createStateSeal = await load(hasNode);
    const codec = createRequestStateCodec<AskState>({ key: secret, ttlSeconds: 600 });
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await createStateSeal(secret).seal(state)).toBe(await codec.mint(state));
  });

  test('is valid for ten minutes', async () => {
    const { seal, open } = (await load(hasNode))(secret);
    const begin = 1_800_000_000_000;
    vi.useFakeTimers({ toFake: ['Date'], now: begin });
    const sealed = await seal(state);
    vi.setSystemTime(begin + 600_999);
    expect(await open(sealed)).toEqual(state);
    vi.setSystemTime(begin + 601_000);
    expect(await open(sealed)).toBeUndefined();
  });

  test('is refused when any of its characters was changed, left out or added', async () => {
    const { seal, open } = (await load(hasNode))(secret);
    const sealed = await seal(state);
    for (let index = 0; index < sealed.length; index++) {
      const [before, character, after] = [sealed.slice(0, index), sealed[index]!, sealed.slice(index + 1)];
      // The neighbour in the alphabet differs in its last bit, which the end of a text in base64 does not use.
      const neighbour = String.fromCharCode(character.charCodeAt(0) ^ 1);
      for (const changed of [
        `${before}${neighbour}${after}`,
        `${before}${after}`,
        `${before}${character}${sealed}`,
      ])
        expect(await open(changed), String(index)).toBeUndefined();
    }
    for (const wrong of ['', '.', 'v1.', 'v1..', sealed.slice(3), `${sealed}=`, ` ${sealed}`, `${sealed}\n`])
      expect(await open(wrong)).toBeUndefined();
  });
});
