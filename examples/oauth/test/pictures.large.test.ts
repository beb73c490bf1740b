import { consentPage } from '@trpc-mcp/oauth';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumMissing, launchChromium } from '../../../apps/demo/test/chromium.ts';
import { connectAgent } from './agent.ts';
import { startApp } from './app.ts';

const pictures = fileURLToPath(new URL('../../../docs/pictures', import.meta.url));

type Chromium = Awaited<ReturnType<typeof launchChromium>>;
type Page = Awaited<ReturnType<Chromium['newPage']>>;

const title = 'the pictures of docs/own-oauth.md, in Chromium';
describe.skipIf(chromiumMissing)(chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title, () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium?.close());

  const open = () => chromium.newPage({ viewport: { width: 620, height: 400 } });

  async function takePicture(page: Page, name: string): Promise<void> {
    if (process.env['UPDATE_PICTURES'])
      await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  }

  test('a client with a metadata document, which tells who it is', async () => {
    const page = await open();
    // Nobody but claude.ai can have a document there, so this page is written without its login.
    const html = consentPage({
      app: { name: 'Notes' },
      client: {
        id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
        name: 'Claude',
        host: 'claude.ai',
        isVerified: true,
      },
      user: { name: 'Ada' },
      userName: 'Ada',
      asked: [
        { name: 'notes:read', description: 'Read the notes' },
        { name: 'notes:write', description: 'Add notes in your name' },
      ],
      allowed: [],
      redirectHost: 'claude.ai',
      redirectScheme: undefined,
      form: { action: '/oauth/interaction/1', fields: {} },
      connectionsUrl: '/oauth/connections',
    });
    await page.setContent(html);
    expect(await page.locator('main').innerText()).toContain('claude.ai');
    await takePicture(page, 'oauth-consent');
  });

  test('a program asks for one more permission, and the person looks at what they have allowed', async () => {
    await using app = await startApp();
    const page = await open();
    const person = async (start: URL) => {
      let answer: URL | undefined;
      // Nobody listens where the client would.
      await page.route('http://127.0.0.1:3997/**', (route) => {
        answer = new URL(route.request().url());
        return route.fulfill({ body: 'connected' });
      });
      await page.goto(start.href);
      if (await page.getByLabel('Password').isVisible()) {
        await page.getByLabel('Name').fill('ada');
        await page.getByLabel('Password').fill('open sesame');
        await page.getByRole('button', { name: 'Sign in' }).click();
      }
      const words = await page.locator('main').innerText();
      expect(words).toContain('This name is not verified');
      if (words.includes('Add notes in your name')) await takePicture(page, 'oauth-step-up');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByText('connected').waitFor();
      return answer!.searchParams;
    };
    await using agent = await connectAgent(app.mcp, person, 'Claude Code');
    await agent.call('add', { text: 'Sell milk' });
    await using _other = await connectAgent(app.mcp, person, 'Cursor');

    await page.goto(`${app.url}/oauth/connections`);
    expect(await page.getByRole('button', { name: /^End/ }).count()).toBe(2);
    await takePicture(page, 'oauth-connections');
  });
});
