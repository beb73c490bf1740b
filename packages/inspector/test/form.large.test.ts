import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chromiumMissing, launchChromium } from './chromium.ts';
import { type Opened, openTool } from './opened.ts';

const t = initTRPC.meta<McpMeta>().create();

const Payment = z.discriminatedUnion('kind', [
  z
    .object({ kind: z.literal('card'), number: z.string(), tip: z.number().optional() })
    .meta({ title: 'By card' }),
  z.object({ kind: z.literal('cash'), currency: z.enum(['CHF', 'EUR']) }),
]);
interface Node {
  name: string;
  children: Node[];
}
const Node = z.object({
  name: z.string(),
  get children(): z.ZodArray<z.ZodType<Node>> {
    return z.array(Node);
  },
}) as z.ZodType<Node>;

const inputs = {
  text: z.object({ name: z.string(), nick: z.string().optional(), empty: z.string() }),
  numbers: z.object({
    whole: z.int(),
    part: z.number().nullable(),
    big: z.bigint(),
    more: z.number().default(5),
  }),
  booleans: z.object({ must: z.boolean(), may: z.boolean().optional(), fixed: z.literal('v1') }),
  dates: z.object({
    at: z.date(),
    local: z.date(),
    day: z.iso.date(),
    time: z.iso.time(),
    stamp: z.iso.datetime(),
  }),
  choice: z.object({ size: z.enum(['S', 'M', 'L']), rank: z.union([z.literal(1), z.literal(2)]).optional() }),
  union: z.object({ pay: Payment, id: z.union([z.string(), z.number()]) }),
  lists: z.object({
    tags: z.array(z.string()),
    pair: z.tuple([z.string(), z.number()]),
    set: z.set(z.enum(['a', 'b', 'c'])),
    none: z.array(z.number()).optional(),
    empty: z.array(z.string()),
  }),
  nested: z.object({
    address: z
      .object({ city: z.string().optional(), geo: z.object({ lat: z.number() }).optional() })
      .optional(),
    untouched: z.object({ a: z.string() }).optional(),
    must: z.object({ note: z.string().optional() }),
  }),
  records: z.object({
    prices: z.record(z.string(), z.number()),
    map: z.map(z.string(), z.number()),
    pairs: z.map(z.number(), z.string()),
  }),
  recursive: z.object({ tree: Node }),
  file: z.object({ photo: z.file().mime(['image/png']), raw: z.instanceof(Uint8Array) }),
  any: z.object({ value: z.unknown(), maybe: z.string().nullable().optional() }),
};

/** What each procedure was given. */
const received = new Map<string, unknown>();
const router = t.router(
  Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      t.procedure
        .meta({ mcp: { description: `Takes ${name}.` } })
        .input(input as z.ZodType)
        .mutation(({ input: value }) => {
          received.set(name, value);
          return 'taken';
        }),
    ]),
  ),
);

describe.skipIf(chromiumMissing)('the form of a tool', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  /** Fills in the form of a tool, runs it, and gives what the procedure received. */
  async function send(name: keyof typeof inputs, fill: (page: Page) => Promise<void>): Promise<unknown> {
    received.delete(name);
    await using opened: Opened = await openTool(chromium, router, name, { timezoneId: 'America/New_York' });
    const { page, trouble } = opened;
    await fill(page);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /^Answered/ })
      .waitFor();
    expect(trouble).toEqual({ violations: [], errors: [] });
    return received.get(name);
  }
  const field = (page: Page, name: string) =>
    page.getByLabel(name, { exact: true }).or(page.getByLabel(`${name} (required)`, { exact: true }));

  test('sends texts, leaves out what nobody has touched, and sends an empty one that is required', async () => {
    const value = await send('text', async (page) => {
      await field(page, 'name').fill('Ada\n"<b>"');
      await field(page, 'empty').fill('x');
      await field(page, 'empty').fill('');
    });
    expect(value).toStrictEqual({ name: 'Ada\n"<b>"', empty: '' });
  });

  test('sends numbers, null, an integer of any size, and no default', async () => {
    const value = await send('numbers', async (page) => {
      await field(page, 'whole').fill('42');
      await page.getByLabel('part: kind').selectOption('null');
      await field(page, 'big').fill('123456789012345678901234567890');
    });
    expect(value).toStrictEqual({ whole: 42, part: null, big: 123456789012345678901234567890n, more: 5 });
  });

  test('tells a boolean that is false from one that is left out, and sends constants', async () => {
    const value = await send('booleans', async (page) => {
      await field(page, 'must').selectOption('false');
    });
    expect(value).toStrictEqual({ must: false, fixed: 'v1' });
  });

  test('sends dates in the time zone that the person has chosen', async () => {
    const value = await send('dates', async (page) => {
      await field(page, 'at').fill('2026-01-31T09:00:00');
      await page.getByLabel('Time zone of at').selectOption('UTC');
      await field(page, 'local').fill('2026-07-01T08:30:00');
      await field(page, 'day').fill('2026-02-28');
      await field(page, 'time').fill('23:15:00');
      // This schema takes UTC only.
      await field(page, 'stamp').fill('2026-07-01T08:30:00');
      await page.getByText('Sent as 2026-07-01T12:30:00Z').first().waitFor();
    });
    expect(value).toStrictEqual({
      at: new Date('2026-01-31T09:00:00Z'),
      local: new Date('2026-07-01T12:30:00Z'),
      day: '2026-02-28',
      time: '23:15:00',
      stamp: '2026-07-01T12:30:00Z',
    });
  });

  test('sends one of several values', async () => {
    const value = await send('choice', async (page) => {
      await field(page, 'size').selectOption('M');
      await field(page, 'rank').selectOption('2');
    });
    expect(value).toStrictEqual({ size: 'M', rank: 2 });
  });

  test('sends the alternative of a union that was chosen, and nothing of the one before', async () => {
    const value = await send('union', async (page) => {
      await page.getByLabel('pay: kind').selectOption('kind: cash');
      await field(page, 'currency').selectOption('EUR');
      await page.getByLabel('pay: kind').selectOption('By card');
      await field(page, 'number').fill('4242');
      await page.getByLabel('id: kind').selectOption('number');
      await page.getByLabel('id: number').fill('7');
    });
    expect(value).toStrictEqual({ pay: { kind: 'card', number: '4242' }, id: 7 });
  });

  test('sends lists, tuples and sets, in the order that they stand in', async () => {
    const value = await send('lists', async (page) => {
      for (const [index, tag] of ['one', 'two', 'three'].entries()) {
        await page.getByRole('button', { name: 'Add to tags' }).click();
        await page.getByRole('group', { name: /^tags/ }).getByRole('textbox').nth(index).fill(tag);
      }
      await page.getByRole('button', { name: 'Move 3 up' }).click();
      await page.getByRole('button', { name: 'Remove 1' }).click();
      await page.getByRole('group', { name: /^pair/ }).getByRole('textbox').first().fill('left');
      await page.getByRole('group', { name: /^pair/ }).getByRole('textbox').last().fill('2.5');
      await page.getByLabel('c', { exact: true }).check();
      await page.getByLabel('a', { exact: true }).check();
    });
    expect(value).toStrictEqual({
      tags: ['three', 'two'],
      pair: ['left', 2.5],
      set: new Set(['a', 'c']),
      empty: [],
    });
  });

  test('leaves out an optional object until it is added, at every depth', async () => {
    const value = await send('nested', async (page) => {
      await page.getByRole('button', { name: 'Add address' }).click();
      await page.getByRole('button', { name: 'Add geo' }).click();
      await field(page, 'lat').fill('47.4');
      await page.getByRole('button', { name: 'Add untouched' }).click();
      await page.getByRole('button', { name: 'Leave out untouched' }).click();
    });
    expect(value).toStrictEqual({ address: { geo: { lat: 47.4 } }, must: {} });
  });

  test('sends records and maps with keys of any name', async () => {
    const value = await send('records', async (page) => {
      await page.getByRole('button', { name: 'Add an entry to prices' }).click();
      await page.getByLabel('Key', { exact: true }).fill('tea & co');
      await page.getByLabel('Key', { exact: true }).blur();
      await page.getByLabel('Value of tea & co').fill('3');
      await page.getByRole('button', { name: 'Add an entry to map' }).click();
      await page.getByLabel('Key', { exact: true }).last().fill('one');
      await page.getByLabel('Key', { exact: true }).last().blur();
      await page.getByLabel('Value of one').fill('1');
      await page.getByRole('button', { name: 'Add to pairs' }).click();
      const pairs = page.getByRole('group', { name: /^pairs/ });
      await pairs.getByRole('textbox').first().fill('7');
      await pairs.getByRole('textbox').last().fill('seven');
    });
    expect(value).toStrictEqual({
      prices: { 'tea & co': 3 },
      map: new Map([['one', 1]]),
      pairs: new Map([[7, 'seven']]),
    });
  });

  test('opens a schema that contains itself as far as it is filled in', async () => {
    const value = await send('recursive', async (page) => {
      await page.getByLabel(/^name/).first().fill('root');
      await page.getByRole('button', { name: 'Add to children' }).click();
      await page.getByLabel(/^name/).nth(1).fill('leaf');
    });
    expect(value).toStrictEqual({ tree: { name: 'root', children: [{ name: 'leaf', children: [] }] } });
  });

  test('sends files with their name and type, and bytes, and tells their size', async () => {
    const bytes = Uint8Array.from({ length: 700_000 }, (_, index) => (index * 7) % 256);
    const value = (await send('file', async (page) => {
      await field(page, 'photo').setInputFiles({
        name: 'cat.png',
        mimeType: 'image/png',
        buffer: Buffer.from(bytes),
      });
      await page.getByText('cat.png, image/png, 0.7 MB').waitFor();
      await field(page, 'raw').setInputFiles({ name: 'x', mimeType: '', buffer: Buffer.from([1, 2, 255]) });
      await page.getByText('3 bytes').waitFor();
    })) as { photo: File; raw: Uint8Array };
    expect([value.photo.name, value.photo.type, value.photo.size]).toEqual(['cat.png', 'image/png', 700_000]);
    expect(Buffer.from(await value.photo.arrayBuffer()).equals(bytes)).toBe(true);
    expect([...value.raw]).toEqual([1, 2, 255]);
  });

  test('sends any JSON where the schema allows it, and shows an optional text that may be null as a text', async () => {
    const value = await send('any', async (page) => {
      await field(page, 'value').fill('{"a":[1,null]}');
      await page.getByLabel(/^maybe: text/).fill('yes');
    });
    expect(value).toStrictEqual({ value: { a: [1, null] }, maybe: 'yes' });
  });

  test('keeps the values when the person changes to JSON and back', async () => {
    const value = await send('union', async (page) => {
      await page.getByLabel('JSON', { exact: true }).check();
      const text = page.getByLabel('Arguments of union as JSON');
      await text.fill('{"pay":{"kind":"cash","currency":"CHF"},"id":"x"}');
      await page.getByLabel('Form', { exact: true }).check();
      await page.getByLabel('pay: kind').waitFor();
      expect(
        await field(page, 'currency').evaluate(
          (select: HTMLSelectElement) => select.selectedOptions[0]?.label,
        ),
      ).toBe('CHF');
      await field(page, 'currency').selectOption('EUR');
      await page.getByLabel('JSON', { exact: true }).check();
      expect(JSON.parse(await text.inputValue())).toEqual({
        pay: { kind: 'cash', currency: 'EUR' },
        id: 'x',
      });
    });
    expect(value).toStrictEqual({ pay: { kind: 'cash', currency: 'EUR' }, id: 'x' });
  });

  test('says what is wrong beside the field and in a summary that takes the focus, and sends it anyway on demand', async () => {
    await using opened = await openTool(chromium, router, 'numbers');
    const { page, trouble } = opened;
    await field(page, 'whole').fill('many');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const summary = page.getByRole('group', { name: 'What is wrong' });
    await summary.waitFor();
    await page.waitForFunction(() => document.activeElement?.className === 'problems');
    await summary.getByRole('button', { name: 'whole' }).press('Enter');
    expect(await field(page, 'whole').evaluate((input) => input === document.activeElement)).toBe(true);
    const own = page.locator('.field-bad', { hasText: 'whole' });
    expect(await own.textContent()).toMatch(/integer/);
    await page.getByRole('button', { name: 'Send anyway' }).click();
    await page.getByText('The tool answered with an error').waitFor();
    await page
      .getByText(/whole: /)
      .first()
      .waitFor();
    expect(trouble).toEqual({ violations: [], errors: [] });
  });
});
