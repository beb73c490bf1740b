import { z } from 'zod';
import { audit } from './audit.ts';
import { authed, router } from './trpc.ts';

const tasks = [{ id: 1, owner: 'u-1', title: 'Water the plants', isDone: false }];

export const appRouter = router({
  tasks: router({
    list: authed
      .meta({ mcp: { description: 'Lists your open tasks.' } })
      .query(({ ctx }) => tasks.filter(({ owner, isDone }) => owner === ctx.user.id && !isDone)),

    finish: authed
      .meta({ mcp: { description: 'Marks one of your tasks as done.', confirm: 'Finish task {id}?' } })
      .input(z.object({ id: z.int().describe('Task id, as tasks_list returns it') }))
      .mutation(({ ctx, input }) => {
        const task = tasks.find(({ id, owner }) => id === input.id && owner === ctx.user.id);
        if (task) task.isDone = true;
        audit(ctx.user.name, 'finish');
        return { finished: task !== undefined };
      }),

    import: authed.input(z.string()).mutation(() => 'No agent needs this.'),
  }),
});
