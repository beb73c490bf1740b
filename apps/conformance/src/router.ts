import { changes } from './fixtures/changes.ts';
import { completions } from './fixtures/completions.ts';
import { content } from './fixtures/content.ts';
import { elicitation } from './fixtures/elicitation.ts';
import { inputRequired } from './fixtures/input-required.ts';
import { logging } from './fixtures/logging.ts';
import { progress } from './fixtures/progress.ts';
import { prompts } from './fixtures/prompts.ts';
import { reconnection } from './fixtures/reconnection.ts';
import { resources } from './fixtures/resources.ts';
import { sampling } from './fixtures/sampling.ts';
import { schemas } from './fixtures/schemas.ts';
import { tasks } from './fixtures/tasks.ts';
import { mergeRouters, router } from './trpc.ts';

/** A procedure for each fixture of the suite, under the name that the suite uses. */
export const appRouter = mergeRouters(
  content,
  progress,
  logging,
  schemas,
  changes,
  elicitation,
  sampling,
  inputRequired,
  resources,
  prompts,
  reconnection,
  tasks,
  router({ completions }),
);
