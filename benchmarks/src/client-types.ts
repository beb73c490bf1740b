import { measureClientTypes } from './sections/client-types.ts';
import { toTypesTable } from './sections/types.ts';

// What the types of the test client cost beside those of @trpc/client. Fails when they cost more than they may.
const procedures = 500;
const times = 3;
const most = 1.2;

const results = await measureClientTypes(procedures, times);
console.log(`A router of ${procedures} procedures, called by path:\n`);
console.log(toTypesTable(results));
const [, trpcOne, mcpOne, trpcAll, mcpAll] = results.map(({ instantiations }) => instantiations);
for (const [calls, mcp, trpc] of [
  ['1 call', mcpOne, trpcOne],
  [`${procedures} calls`, mcpAll, trpcAll],
] as const) {
  const ratio = mcp! / trpc!;
  const isWithin = ratio <= most;
  console.log(
    `${calls}: ${ratio.toFixed(2)} × the instantiations of @trpc/client, at most ${most}: ${isWithin ? 'met' : 'MISSED'}`,
  );
  if (!isWithin) process.exitCode = 1;
}
