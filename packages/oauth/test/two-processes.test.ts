import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { allow, clientUrlOf, openBrowser, signIn } from './browser.ts';
import { beginFlow, register, statusWith } from './code-flow.ts';
import { type Front, openFront } from './front.ts';
import { createClient, eras, isUnauthorized, Login } from './official-client.ts';
import { ada } from './people.ts';
import { type AppProcess, startProcess } from './process.ts';
import { type SharedStore, sharedStores, type StorePlace } from './shared-store.ts';

/** Two requests that meet do not always meet in the same place. */
const rounds = 8;

const titleOf = ({ name, missing }: SharedStore) =>
  `two processes with one store on ${name}${missing ? ` (skipped: ${missing})` : ''}`;

for (const [index, shared] of sharedStores.entries()) {
  const era = eras[index % eras.length]!;
  describe.skipIf(shared.missing)(titleOf(shared), { timeout: 120_000 }, () => {
    let front: Front;
    let one: AppProcess;
    let other: AppProcess;
    let place: StorePlace;
    const opened: AsyncDisposable[] = [];
    const keep = <TResource extends AsyncDisposable>(resource: TResource): TResource => {
      opened.unshift(resource);
      return resource;
    };
    const options = { scopesSupported: ['app:read'] as const };
    const start = async () => keep(await startProcess({ url: front.url, place, options }));

    beforeAll(async () => {
      ({ place } = keep(await shared.open()));
      front = keep(await openFront());
      [one, other] = await Promise.all([start(), start()]);
    });
    beforeEach(() => {
      front.target = one;
    });
    afterAll(async () => {
      for (const each of opened) await each[Symbol.asyncDispose]();
    });

    it('lets each step of a login be done by another process', async () => {
      const flow = await beginFlow(front.url, { registerAt: one.url });
      front.target = other;
      const browser = openBrowser(front.url);
      const login = await browser.open(flow.url);
      front.target = one;
      const consent = await browser.press(login, { person: ada.id });
      front.target = other;
      const answer = clientUrlOf(await browser.press(consent, { decision: 'allow' }));
      const first = await flow.redeem(one.url, answer);
      expect(first.status).toBe(200);
      expect(await statusWith(`${other.url}/mcp`, first.access_token)).toBe(200);
      const second = await flow.refresh(other.url, first.refresh_token!);
      expect(second.status).toBe(200);
      expect(await statusWith(`${one.url}/mcp`, second.access_token)).toBe(200);
      expect((await flow.refresh(one.url, second.refresh_token!)).status).toBe(200);
    });

    it('gives tokens once for a code that comes to both at once, and takes them back', async () => {
      const reuses = () => [...one.events, ...other.events].filter(({ type }) => type === 'reuse').length;
      const before = reuses();
      for (let round = 0; round < rounds; round++) {
        const flow = await beginFlow(front.url);
        const answer = await allow(openBrowser(front.url), flow.url, ada.id);
        const answers = await Promise.all([flow.redeem(one.url, answer), flow.redeem(other.url, answer)]);
        const won = answers.filter(({ status }) => status === 200);
        expect(won.length).toBeLessThanOrEqual(1);
        for (const lost of answers.filter(({ status }) => status !== 200))
          expect(lost).toMatchObject({ status: 400, error: 'invalid_grant' });
        for (const { access_token: token, refresh_token: refreshToken } of won) {
          expect(await statusWith(`${one.url}/mcp`, token)).toBe(401);
          expect(await statusWith(`${other.url}/mcp`, token)).toBe(401);
          expect(await flow.refresh(one.url, refreshToken!)).toMatchObject({ error: 'invalid_grant' });
        }
      }
      await vi.waitFor(() => expect(reuses() - before).toBeGreaterThanOrEqual(rounds), 15_000);
    });

    it('gives tokens once for a refresh token that comes to both at once, and takes them back', async () => {
      for (let round = 0; round < rounds; round++) {
        const flow = await beginFlow(front.url);
        const answer = await allow(openBrowser(front.url), flow.url, ada.id);
        const first = await flow.redeem(one.url, answer);
        const refreshToken = first.refresh_token!;
        const answers = await Promise.all([
          flow.refresh(one.url, refreshToken),
          flow.refresh(other.url, refreshToken),
        ]);
        const won = answers.filter(({ status }) => status === 200);
        expect(won.length).toBeLessThanOrEqual(1);
        expect(answers.length - won.length).toBeGreaterThanOrEqual(1);
        for (const token of [first, ...won].map((each) => each.access_token))
          expect(await statusWith(`${other.url}/mcp`, token)).toBe(401);
        for (const each of won)
          expect(await flow.refresh(other.url, each.refresh_token!)).toMatchObject({
            error: 'invalid_grant',
          });
      }
    });

    it('ends a connection in both processes', async () => {
      const flow = await beginFlow(front.url);
      const browser = openBrowser(front.url);
      const tokens = await flow.redeem(one.url, await allow(browser, flow.url, ada.id));
      expect(await statusWith(`${other.url}/mcp`, tokens.access_token)).toBe(200);
      const page = await browser.open(`${front.url}/oauth/connections`);
      const form = page.forms.find(({ fields }) => fields.some(([, value]) => value === flow.clientId));
      await browser.send(page, form!);
      expect(await statusWith(`${other.url}/mcp`, tokens.access_token)).toBe(401);
      expect(await flow.refresh(other.url, tokens.refresh_token!)).toMatchObject({ error: 'invalid_grant' });
    });

    it(`loses nothing when a process is killed at any step, with the client of MCP ${era}`, async () => {
      const spare = await Promise.all(Array.from({ length: 4 }, start));
      let running = (front.target = spare.pop()!);
      const replace = async () => {
        await running.kill();
        running = front.target = spare.pop()!;
      };
      await using client = createClient(era, `${front.url}/mcp`, new Login());
      await expect(client.connect()).rejects.toSatisfy(isUnauthorized);
      const browser = openBrowser(front.url);
      const consent = await signIn(browser, client.login.sentTo[0]!, ada.id);
      await replace();
      const answer = clientUrlOf(await browser.press(consent, { decision: 'allow' }));
      await replace();
      await client.finish(answer);
      await client.connect();
      expect(await client.call('me')).toEqual({ user: ada });
      const { refreshToken } = client.login.now;
      await replace();
      expect(await client.call('list')).toEqual({ apples: ['Boskoop', 'Elstar'] });
      expect(client.login.now.refreshToken).toBe(refreshToken);
      expect(client.login.sentTo).toHaveLength(1);
    });
  });

  describe.skipIf(shared.missing)(titleOf(shared), { timeout: 120_000 }, () => {
    it('counts registrations together', async () => {
      await using stored = await shared.open();
      await using front = await openFront();
      const settings = {
        url: front.url,
        place: stored.place,
        options: { registration: { perAddress: { points: 4, durationMs: 3_600_000 } } },
      };
      await using one = await startProcess(settings);
      await using other = await startProcess(settings);
      const statuses: number[] = [];
      for (const { url } of [one, other, one, other, one, other]) statuses.push((await register(url)).status);
      expect(statuses).toEqual([201, 201, 201, 201, 429, 429]);
    });
  });
}
