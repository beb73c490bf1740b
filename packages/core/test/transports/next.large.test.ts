import { beforeAll } from 'vitest';
import { describeTransports } from './describe.ts';
import { buildNextApp, nextTransports } from './next.ts';

beforeAll(buildNextApp, 300_000);

describeTransports(nextTransports);
