import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { jwt } from '../../src/index.ts';
import { type AuthorizationServer, resource, startAuthorizationServer } from './authorization-server.ts';

// Only the clock is fake. Timers and sockets are real.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const verifyOf = ({ issuer, jwksUri }: AuthorizationServer) => jwt({ issuer, jwksUri });
const check = (verify: ReturnType<typeof jwt>, token: string) => Promise.resolve(verify(token, { resource }));

test('a signature is checked once, and again when the keys were read again', async () => {
  await using server = await startAuthorizationServer();
  const verify = verifyOf(server);
  const token = await server.issue({ exp: Math.floor(Date.now() / 1000) + 7200 });
  const checked = vi.spyOn(crypto.subtle, 'verify');
  for (let calls = 0; calls < 3; calls++) expect((await check(verify, token))?.subject).toBe('ada');
  expect(checked).toHaveBeenCalledTimes(1);
  pass(601_000);
  for (let calls = 0; calls < 3; calls++) expect((await check(verify, token))?.subject).toBe('ada');
  expect(checked).toHaveBeenCalledTimes(2);
});

test('a token that was used is refused when its key is gone, and when it has expired', async () => {
  await using server = await startAuthorizationServer();
  const verify = verifyOf(server);
  const token = await server.issue({ exp: Math.floor(Date.now() / 1000) + 60 });
  await check(verify, token);
  pass(66_000);
  await expect(check(verify, token)).rejects.toThrow('the token has expired');
  const other = await server.issue();
  await check(verify, other);
  await server.rotate({ keepOld: false });
  await check(verify, await server.issue());
  await expect(check(verify, other)).rejects.toThrow('signed with a key that its issuer does not have');
});

test('nothing but the very same token is taken for one that was used', async () => {
  await using server = await startAuthorizationServer();
  const verify = verifyOf(server);
  const [header, payload, signature] = (await server.issue()).split('.') as [string, string, string];
  await check(verify, `${header}.${payload}.${signature}`);
  const [, others] = (await server.issue({ sub: 'bob' })).split('.') as [string, string];
  await expect(check(verify, `${header}.${others}.${signature}`)).rejects.toThrow('signature is not valid');
  await expect(check(verify, `${header}.${payload}.${signature.toLowerCase()}`)).rejects.toThrow(
    'signature is not valid',
  );
  const elsewhere = jwt({ issuer: 'https://elsewhere.example', jwksUri: server.jwksUri });
  await expect(check(elsewhere, `${header}.${payload}.${signature}`)).rejects.toThrow('another issuer');
});

test('what an app does to the claims of a request is not seen by the next one', async () => {
  await using server = await startAuthorizationServer();
  const verify = verifyOf(server);
  const token = await server.issue({ roles: ['reader'] });
  for (let calls = 0; calls < 3; calls++) {
    const verified = await check(verify, token);
    expect(verified?.extra?.['roles']).toEqual(['reader']);
    (verified!.extra!['roles'] as string[]).push('admin');
    verified!.extra!['sub'] = 'root';
  }
});
