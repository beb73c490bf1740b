import { tracked } from '@trpc/server';
import { z } from 'zod';
import { type Activity, listActivity, watchActivity } from '../activity.ts';
import { router, staffProcedure } from '../trpc.ts';

const id = z.string().regex(/^\d{1,15}$/, 'an id of the activity log');

/** What agents did. Not tagged for MCP, because it is for people who supervise agents. */
export const activityRouter = router({
  /** Lists what agents did, the newest first, page by page. */
  list: staffProcedure
    .input(
      z.object({
        limit: z.int().min(1).max(200).default(50),
        cursor: id.optional().describe('nextCursor of the page before'),
      }),
    )
    .query(({ ctx, input }) => listActivity(ctx.db, input.limit, input.cursor)),

  /** Streams what agents do from now on, or did after the call with the id `lastEventId`. */
  watch: staffProcedure
    .input(z.object({ lastEventId: id.optional() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      for await (const item of watchActivity(ctx.db, input?.lastEventId, signal)) {
        yield tracked<Activity>(item.id, item);
      }
    }),
});
