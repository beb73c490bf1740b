/// <reference lib="dom" />
import { get } from 'node:http';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';
import { chromiumMissing, launchChromium } from '../../packages/inspector/test/chromium.ts';
import { serveWithInspector } from '../../packages/inspector/test/endpoint.ts';
import { toTable } from './report/markdown.ts';

// How large the inspector is, and how fast it is in Chromium: when something is painted, when the list is there, and at a thousand
// tools how long a keystroke of the search takes until it is painted, and whether the list scrolls without a stop. Fails if the
// page is larger than it may be, or if a keystroke takes longer at the median, unless the machine is too busy to tell.
const mostBytes = 500_000;
const mostKeystroke = 100;
const longFrame = 50;

if (chromiumMissing) throw new Error(chromiumMissing);
type Page = Awaited<ReturnType<Awaited<ReturnType<typeof launchChromium>>['newPage']>>;
const t = initTRPC.meta<McpMeta>().create();
const chromium = await launchChromium();
const results = [await measure(20), await measure(1000)];
await chromium.close();

const ms = (value: number) => `${Math.round(value)} ms`;
console.log(
  toTable(
    ['', ...results.map(({ tools }) => `${tools} tools`)],
    [
      ['page, compressed', ...results.map(({ bytes }) => `${Math.round(bytes / 1000)} kB`)],
      ['first paint', ...results.map(({ firstPaint }) => ms(firstPaint))],
      ['list is there', ...results.map(({ firstList }) => ms(firstList))],
      [
        'keystroke until painted, median and longest',
        ...results.map(({ keystrokes }) => `${ms(median(keystrokes))}, ${ms(Math.max(...keystrokes))}`),
      ],
      [
        `frames over ${longFrame} ms while scrolling`,
        ...results.map(({ scrolling }) => countLong(scrolling)),
      ],
      [`frames over ${longFrame} ms while idle`, ...results.map(({ idle }) => countLong(idle))],
      ['elements in the document', ...results.map(({ elements }) => String(elements))],
    ],
  ),
);
const isBusy = results.some(({ idle }) => idle.filter((frame) => frame > longFrame).length > 1);
if (isBusy)
  console.log(
    'Frames were late while the page did nothing: this machine is too busy to tell how fast it is.',
  );
const [{ bytes }] = results as [(typeof results)[0]];
if (bytes > mostBytes) throw new Error(`The page is ${bytes} bytes, and may be ${mostBytes}.`);
if (!isBusy && results.some(({ keystrokes }) => median(keystrokes) > mostKeystroke))
  throw new Error(`A keystroke takes longer than ${mostKeystroke} ms until it is painted.`);

async function measure(tools: number) {
  const { url, close } = await serveWithInspector(createRouter(tools));
  const page = await chromium.newPage({ viewport: { width: 1280, height: 900 } });
  // What esbuild adds to functions with a name of their own.
  await page.addInitScript('globalThis.__name = (value) => value');
  await page.addInitScript(watchList);
  await page.goto(`${url}#/tools`);
  await page.getByText(`${tools.toLocaleString('en')} tools`, { exact: true }).waitFor();
  const firstList = await page.waitForFunction(() => (globalThis as { listAt?: number }).listAt);
  const measured = {
    tools,
    bytes: await sizeOf(url),
    firstPaint: await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    ),
    firstList: (await firstList.jsonValue()) ?? Number.NaN,
    idle: await page.evaluate(frames, 0),
    scrolling: await page.evaluate(frames, 150),
    keystrokes: await typeQueries(page),
    elements: await page.evaluate(() => document.querySelectorAll('*').length),
  };
  await page.close();
  await close();
  return measured;
}

/** An app of so many procedures with the descriptions and the arguments that procedures have. */
function createRouter(tools: number) {
  const procedures = Array.from({ length: tools }, (_, index) => [
    `area${Math.floor(index / 25)}_tool${index}`,
    t.procedure
      .meta({
        mcp: { description: `Finds what has the number ${index}, by its name, its state and its day.` },
      })
      .input(
        z.object({
          query: z.string().min(1).describe('What to look for.'),
          state: z.enum(['active', 'paused', 'closed']).optional(),
          from: z.date().optional(),
          limit: z.number().int().min(1).max(100).default(20),
        }),
      )
      .query(() => index),
  ]);
  return t.router(Object.fromEntries(procedures));
}

/** Runs in the page: notes when the first tool was painted. */
function watchList(): void {
  new MutationObserver((_, observer) => {
    if (!document.querySelector('[role=listitem] a')) return;
    observer.disconnect();
    requestAnimationFrame(() =>
      setTimeout(() => ((globalThis as { listAt?: number }).listAt = performance.now())),
    );
  }).observe(document, { childList: true, subtree: true });
}

/** Runs in the page: how long each of 120 frames takes, while the list is scrolled by so many pixels in each. */
async function frames(step: number): Promise<number[]> {
  const list = document.querySelector('.virtual-list');
  const lengths: number[] = [];
  let last = await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < 120; frame++) {
    list?.scrollBy(0, step);
    // oxlint-disable-next-line no-await-in-loop -- one frame comes after the other
    const now = await new Promise(requestAnimationFrame);
    lengths.push(now - last);
    last = now;
  }
  return lengths;
}

/** Types queries, and takes back each letter. Returns how long each keystroke took until its result was painted. */
async function typeQueries(page: Page): Promise<number[]> {
  const search = page.getByRole('searchbox', { name: 'Search tools' });
  await search.fill('tool');
  const times: number[] = [];
  // Each of these digits changes how many tools are found, so that there is a change to wait for.
  const keys = ['1', '2', 'Backspace', 'Backspace', '9', 'Backspace'];
  for (const key of [...keys, ...keys, ...keys]) {
    /* oxlint-disable no-await-in-loop -- a person has ten fingers, and one search field */
    const painted = page.evaluate(nextChange);
    painted.catch(() => undefined);
    await page.waitForFunction(() => (globalThis as { isWatching?: boolean }).isWatching);
    await page.keyboard.press(key);
    times.push(await painted);
    /* oxlint-enable no-await-in-loop */
  }
  return times;
}

/** Runs in the page: the time from the next keystroke until the number of tools that it finds was painted. */
function nextChange(): Promise<number> {
  const page = globalThis as { isWatching?: boolean };
  return new Promise((resolve, reject) => {
    const countOf = () => document.querySelector('.count')?.textContent;
    const before = countOf();
    document.addEventListener(
      'input',
      ({ timeStamp }) => {
        page.isWatching = false;
        const look = () => {
          if (countOf() !== before) setTimeout(() => resolve(performance.now() - timeStamp));
          else if (performance.now() - timeStamp > 5000)
            reject(new Error(`the number of tools stays the same: ${before}`));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      { once: true, capture: true },
    );
    page.isWatching = true;
  });
}

/** How many bytes the page has as it comes over the network. */
function sizeOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/html', 'accept-encoding': 'gzip' };
    get(url, { headers }, (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => (length += chunk.byteLength));
      response.on('end', () => resolve(length));
    }).on('error', reject);
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function countLong(lengths: readonly number[]): string {
  return `${lengths.filter((length) => length > longFrame).length} of ${lengths.length}`;
}
