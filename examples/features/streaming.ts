import { EventEmitter, on } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { initTRPC, tracked } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

async function importRows(rows: string[]): Promise<number> {
  for (const [index, row] of rows.entries()) {
    await save(row);
    getMcpCall()?.progress({ progress: index + 1, total: rows.length, message: `${row} is in` });
  }
  return rows.length;
}

const saved: string[] = [];

async function save(row: string): Promise<void> {
  await sleep(25);
  saved.push(row);
}

interface Order {
  id: number;
  item: string;
}

const orders: Order[] = [];
const shop = new EventEmitter<{ order: [] }>();

/** For the tests of this example: how the subscription and the slow query ended. */
export const endings: string[] = [];

export const router = t.router({
  import: t.procedure
    .meta({ mcp: true })
    .input(z.object({ rows: z.array(z.string()) }))
    .mutation(({ input }) => importRows(input.rows)),

  countdown: t.procedure
    .meta({ mcp: true })
    .input(z.object({ from: z.int() }))
    .query(async function* ({ input }) {
      for (let n = input.from; n > 0; n--) yield n;
    }),

  order: t.procedure
    .meta({ mcp: true })
    .input(z.object({ item: z.string() }))
    .mutation(({ input }) => {
      orders.push({ id: orders.length + 1, item: input.item });
      shop.emit('order');
    }),

  watchOrders: t.procedure
    .meta({ mcp: { stream: { maxItems: 3, maxMs: 1000 } } })
    .input(z.object({ lastEventId: z.string().optional() }))
    .subscription(async function* ({ input, signal }) {
      let next = input.lastEventId === undefined ? orders.length : Number(input.lastEventId);
      const news = on(shop, 'order', { signal });
      try {
        for (;;) {
          for (; next < orders.length; next++) yield tracked(String(next + 1), orders[next]);
          await news.next();
        }
      } finally {
        endings.push('watchOrders');
      }
    }),

  search: t.procedure.meta({ mcp: { timeoutMs: 200 } }).query(async ({ signal }) => {
    await sleep(60_000, undefined, { signal }).catch(() => endings.push('search'));
  }),

  think: t.procedure.meta({ mcp: true }).query(async ({ signal }) => {
    await sleep(1000, undefined, { signal }).catch(() => endings.push('think'));
    return saved.length;
  }),
});

export function createApp(legacy: 'stateless' | 'sessions' = 'stateless') {
  return mcpHandler(router, { legacy, timeoutMs: 30_000 });
}
