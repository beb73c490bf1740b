import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ChatEvent, drawChat } from '../test/chat-page.ts';
import { chromiumMissing, launchChromium } from '../test/chromium.ts';
import { databases } from '../test/databases.ts';
import { type Demo, startDemo } from '../test/demo.ts';
import { findBarriers } from '../test/inspector.ts';
import { connectAgent } from '../test/mcp.ts';
import { drawTerminal, paint, type Ran } from '../test/terminal-page.ts';
import { customers } from './db/schema.ts';
import { jonas, tokens } from './sample/cast.ts';

const exec = promisify(execFile);
const pictures = fileURLToPath(new URL('../../../docs/pictures', import.meta.url));
const startServer = new URL('../../../examples/start/server.ts', import.meta.url);
const bin = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url));

const title = 'the pictures of the documentation, in Chromium';
describe.skipIf(chromiumMissing)(chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title, () => {
  let chromium: Browser;
  let demo: Demo;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    chromium = await launchChromium();
    ({ demo, close } = await startDemo(databases.find(({ name }) => name === 'PGlite')!));
  }, 120_000);
  afterAll(async () => {
    await chromium?.close();
    await close?.();
  });

  async function open(html: string, width: number): Promise<Page> {
    const page = await chromium.newPage({ viewport: { width, height: 400 }, deviceScaleFactor: 1 });
    await page.setContent(html);
    expect(await findBarriers(page)).toEqual([]);
    return page;
  }

  async function takePicture(page: Page, name: string): Promise<void> {
    if (process.env['UPDATE_PICTURES']) {
      await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
    }
    await page.close();
  }

  it(
    'a chat: its sentences are scripted, its calls, answers and the question are real',
    { timeout: 120_000 },
    async () => {
      const events: ChatEvent[] = [];
      const agent = await connectAgent('2026-07-28', `${demo.url}/mcp`, tokens.admin.token, (question) => {
        events.push({ kind: 'consent', question, answer: 'Agree' });
        return { action: 'accept', content: {} };
      });
      await using _ = agent;
      interface Customer {
        id: string;
        name: string;
        company: string;
        country: string;
        status: string;
        subscription: { plan: string; status: string };
      }
      const call = async <T>(
        tool: string,
        args: Record<string, unknown>,
        show: (result: T) => unknown,
      ): Promise<T> => {
        const result = await agent.call<T>(tool, args);
        events.push({ kind: 'call', tool, args, result: show(result) });
        return result;
      };
      const short = ({ id, name, company, country, status, subscription: { plan } }: Customer) => ({
        id,
        name,
        company,
        country,
        status,
        subscription: { plan },
      });

      events.push({ kind: 'person', text: `Is the account of ${jonas.name} still open?` });
      const { items } = await call<{ items: Customer[] }>(
        'customers_search',
        { query: jonas.email },
        (found) => ({
          items: found.items.map(short),
        }),
      );
      const [found] = items;
      events.push({
        kind: 'agent',
        text: `Yes. ${found!.name} of ${found!.company} (${found!.country}) is ${found!.status}, on the ${found!.subscription.plan} plan.`,
      });
      events.push({ kind: 'person', text: 'Close it, please.' });
      const closed = await call<Customer>('customers_deactivate', { id: found!.id }, short);
      events.push({ kind: 'agent', text: `Done. The account of ${closed.company} is ${closed.status}.` });

      expect(events.map(({ kind }) => kind)).toEqual([
        'person',
        'call',
        'agent',
        'person',
        'consent',
        'call',
        'agent',
      ]);
      expect(events[4]).toMatchObject({
        question: expect.stringContaining(`of "${jonas.company}"? Its people can no longer sign in.`),
      });
      const [row] = await demo.db.select().from(customers).where(eq(customers.id, found!.id));
      expect(row?.status).toBe('deactivated');

      const page = await open(drawChat('Calls of the demo, with a scripted model', events), 860);
      const text = await page.locator('main').innerText();
      for (const words of [
        'customers_search',
        'customers_deactivate',
        'The server asks you',
        'deactivated',
      ]) {
        expect(text).toContain(words);
      }
      await takePicture(page, 'chat');
    },
  );

  it('a terminal: every command is run, and shown with what it printed', { timeout: 120_000 }, async () => {
    // The server of docs/start.md.
    const server = spawn('node', ['--import', 'tsx', 'server.ts'], {
      cwd: fileURLToPath(new URL('.', startServer)),
      env: { ...process.env, PORT: String(await findFreePort()) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void server.kill());
    const ended = once(server, 'exit').then(() => Promise.reject(new Error('The server has stopped.')));
    const [mcp] = (await Promise.race([once(server.stdout, 'data'), ended])) as [Buffer];
    ended.catch(() => {});
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hello","arguments":{"name":"Ada"}}}';
    const commands = [
      `curl $MCP -sH 'content-type: application/json' -d '${body}'`,
      'trpc-mcp list $MCP',
      'trpc-mcp call $MCP hello --arg name=Ada',
      'trpc-mcp call $MCP hello --arg nam=Ada',
    ];
    const env = {
      ...process.env,
      MCP: mcp.toString().trim(),
      TERM: 'xterm-256color',
      CI: '',
      NO_COLOR: undefined,
    };
    const ran: Ran[] = [];
    for (const command of commands) {
      const line = command.replace(/^trpc-mcp /, `${process.execPath} ${bin} `);
      // A terminal of a fixed width, because tables and colours appear on one only. `script` ends as the command does.
      const args = ['-qec', `stty cols 110; ${line}`, '/dev/null'];
      const { stdout } = await exec('script', args, { env }).catch((error: { stdout: string }) => error);
      ran.push({ command, printed: stdout });
    }
    const [curl, list, called, refused] = ran.map(({ printed }) => printed);
    expect(JSON.parse(curl!)).toMatchObject({
      result: { structuredContent: { result: 'Hi Ada, says a guest' } },
    });
    expect(list).toContain('1 tool, 0 resources, 0 prompts');
    expect(called).toContain('Hi Ada, says a guest');
    expect(refused).toContain('did you mean "name"?');

    const page = await open(drawTerminal('The command line of @trpc-mcp', ran), 1000);
    expect(await page.locator('pre').innerText()).toContain('trpc-mcp list $MCP');
    await takePicture(page, 'terminal');
  });
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the page of a terminal', () => {
  it('has colours and bold as HTML, and no other codes', () => {
    expect(paint('gone\u{1b}[1G\u{1b}[J\u{1b}[1ma<b\u{1b}[22m \u{1b}[32mc\u{1b}[39m\u{1b}[?25h\r\n')).toBe(
      '<span style="font-weight:700">a&lt;b</span> <span style="color:#8fd694">c</span>\n',
    );
  });
});
