import { afterAll, test } from 'vitest';
import { testEvals } from '@trpc-mcp/ai/evals';
import { evals } from './evals.ts';

testEvals(evals, { test, afterAll, record: new URL('./evals.record.json', import.meta.url) });
