import { expect, it } from 'vitest';
import { startApp } from './app.ts';
it('starts', async () => {
  await using app = await startApp();
  const r = await fetch(`${app.url}/.well-known/oauth-authorization-server`);
  console.log(await r.json());
  console.log(await (await fetch(`${app.url}/.well-known/oauth-protected-resource/mcp`)).text());
  console.log((await fetch(app.mcp, { method: 'POST' })).headers.get('www-authenticate'));
  expect(r.status).toBe(200);
});
