import { EventEmitter, on } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { initTRPC, tracked } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const saved: string[] = [];

async function importRows(rows: string[]): Promise<number> {
  for (const [index, row] of rows.entries()) {
    await sleep(25);
    saved.push(row);
    getMcpCall()?.progress({ progress: index + 1, total: rows.length, message: `${row} is in` });
  }
  return rows.length;
}

const importer = t.procedure
  .meta({ mcp: true })
  .input(z.object({ rows: z.array(z.string()) }))
  .mutation(({ input }) => importRows(input.rows));

const countdown = t.procedure
  .meta({ mcp: true })
  .input(z.object({ from: z.int() }))
  .query(async function* ({ input }) {
    for (let n = input.from; n > 0; n--) yield n;
  });

const orders: { id: number; item: string }[] = [];
const shop = new EventEmitter<{ order: [] }>();

/** How the subscription and the slow queries ended. */
export const endings: string[] = [];

const watchOrders = t.procedure
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
  });

const order = t.procedure
  .meta({ mcp: true })
  .input(z.object({ item: z.string() }))
  .mutation(({ input }) => {
    orders.push({ id: orders.length + 1, item: input.item });
    shop.emit('order');
  });

const think = t.procedure.meta({ mcp: true }).query(async ({ signal }) => {
  await sleep(1000, undefined, { signal }).catch(() => endings.push('think'));
  return saved.length;
});

const search = t.procedure.meta({ mcp: { timeoutMs: 200 } }).query(async ({ signal }) => {
  await sleep(60_000, undefined, { signal }).catch(() => endings.push('search'));
});

export const router = t.router({ import: importer, countdown, watchOrders, order, think, search });

export function createApp(legacy: 'stateless' | 'sessions' = 'stateless') {
  return mcpHandler(router, { legacy, timeoutMs: 30_000 });
}
