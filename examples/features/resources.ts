import { EventEmitter } from 'node:events';
import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const houseRules = t.procedure
  .meta({
    mcp: {
      title: 'House rules',
      resource: {
        uri: 'docs://house-rules',
        mimeType: 'text/markdown',
        annotations: { audience: ['assistant'], priority: 0.8 },
      },
    },
  })
  .query(() => '# House rules\n\nNever promise a refund.');

const customers = [
  { id: 1, name: 'Ada', country: 'Norway' },
  { id: 2, name: 'Ben', country: 'Japan' },
  { id: 3, name: 'Cleo', country: 'Norway' },
];

function find(id: number) {
  const customer = customers.find((one) => one.id === id);
  if (customer) return customer;
  throw new TRPCError({ code: 'NOT_FOUND', message: `No customer has the id ${id}.` });
}

const getCustomer = t.procedure
  .meta({
    mcp: {
      tool: true,
      resource: { uri: 'customers://{id}', list: 'customers.list' },
      complete: { id: 'customers.completeId' },
    },
  })
  .input(z.object({ id: z.int() }))
  .query(({ input }) => find(input.id));

const listCustomers = t.procedure.input(z.object({ cursor: z.string().default('0') })).query(({ input }) => {
  const end = Number(input.cursor) + 2;
  const items = customers.slice(Number(input.cursor), end);
  return { items, nextCursor: end < customers.length ? String(end) : undefined };
});

const completeId = t.procedure
  .input(z.object({ value: z.string() }))
  .query(({ input }) => customers.map(({ id }) => String(id)).filter((id) => id.startsWith(input.value)));

const exportCountry = t.procedure
  .meta({ mcp: { resource: { uri: 'exports://{country}.csv', mimeType: 'text/csv' } } })
  .input(z.object({ country: z.enum(['Norway', 'Japan']) }))
  .query(({ input }) => {
    const rows = customers.filter(({ country }) => country === input.country);
    const csv = ['id,name', ...rows.map(({ id, name }) => `${id},${name}`)].join('\r\n');
    return new File([csv], `${input.country}.csv`, { type: 'text/csv' });
  });

const changes = new EventEmitter<{ customer: [id: number] }>();
// Each test makes an app that listens.
changes.setMaxListeners(0);

const renameCustomer = t.procedure
  .meta({ mcp: true })
  .input(z.object({ id: z.int(), name: z.string() }))
  .mutation(({ input }) => {
    find(input.id).name = input.name;
    changes.emit('customer', input.id);
  });

export const router = t.router({
  customers: t.router({ get: getCustomer, list: listCustomers, completeId, rename: renameCustomer }),
  houseRules,
  export: exportCountry,
});

export const withTools = mcpHandler(router, { asTools: { resources: true } });

export function createApp(legacy: 'stateless' | 'sessions' = 'stateless') {
  const app = mcpHandler(router, { legacy });
  changes.on('customer', (id) => app.notify.resourceUpdated(`customers://${id}`));
  return app;
}
