import { tracked, TRPCError } from '@trpc/server';
import { getMcpCall } from '@trpc-mcp/core';
import { z } from 'zod';
import { tellChange } from '../changes.ts';
import { cursorInput, toCursor } from '../cursor.ts';
import { customerOutput, findCustomer } from '../customer.ts';
import { newCustomerInput, signUp, watchSignUps } from '../sign-up.ts';
import { router, staffProcedure, supportProcedure } from '../trpc.ts';

const importChunk = 25;

export const signUpsRouter = router({
  add: supportProcedure
    .meta({
      mcp: {
        title: 'Sign a customer up',
        description:
          'Adds a customer, whose free trial of 14 days begins at once. Refused where the email is taken.',
        annotations: { destructiveHint: false, idempotentHint: false, openWorldHint: false },
      },
    })
    .input(newCustomerInput)
    .output(customerOutput)
    .mutation(async ({ ctx, input }) => {
      const [id] = await signUp(ctx.db, [input]);
      if (id !== undefined) {
        tellChange(ctx.db, { kind: 'sign-up' });
        return findCustomer(ctx.db, id);
      }
      throw new TRPCError({
        code: 'CONFLICT',
        message: `Somebody is a customer with the address ${input.email}. Find them with customers.search.`,
      });
    }),

  import: supportProcedure
    .meta({
      mcp: {
        title: 'Import customers',
        description:
          'Adds up to 1,000 customers at once, each with a free trial that begins now, and reports how far it is. ' +
          'Rows whose email is taken are left out and returned.',
        annotations: { destructiveHint: false, idempotentHint: true, openWorldHint: false },
      },
    })
    .input(z.object({ rows: z.array(newCustomerInput).min(1).max(1000).describe('New customers') }))
    .output(
      z.object({
        imported: z.int(),
        skipped: z.array(z.string()).describe('Addresses that somebody has already'),
      }),
    )
    .mutation(async ({ ctx, input: { rows }, signal }) => {
      const skipped: string[] = [];
      for (let done = 0; done < rows.length; done += importChunk) {
        // Rows that were added stay, so importing the same rows again adds only the rest.
        signal?.throwIfAborted();
        const chunk = rows.slice(done, done + importChunk);
        const ids = await signUp(ctx.db, chunk);
        skipped.push(...chunk.filter((_, index) => ids[index] === undefined).map(({ email }) => email));
        const progress = done + chunk.length;
        const message = `${progress} of ${rows.length} customers, ${skipped.length} left out`;
        getMcpCall()?.progress({ progress, total: rows.length, message });
      }
      tellChange(ctx.db, { kind: 'sign-up' });
      return { imported: rows.length - skipped.length, skipped };
    }),

  watch: staffProcedure
    .meta({
      mcp: {
        title: 'Watch sign-ups',
        description:
          'Waits for customers to sign up and returns those who did. Call it again with lastEventId to miss nobody.',
        stream: { maxItems: 10, maxMs: 20_000 },
        output: customerOutput,
      },
    })
    .input(
      z.object({
        lastEventId: cursorInput.describe(
          'lastEventId of the call before; without it, only who signs up from now on',
        ),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      for await (const customer of watchSignUps(ctx.db, input.lastEventId?.at, signal)) {
        yield tracked(toCursor({ at: customer.signedUpAt, id: customer.id }), customer);
      }
    }),
});
