import { z } from 'zod';
import { describeThing } from './app/router.ts';

// Converts the schemas of as many procedures, in a new process, and prints the cost: `schema-cost <procedures>`. It is the part of
// a mount that nobody can save who needs all schemas.

export interface SchemaCost {
  /** The CPU time of all threads. */
  cpuMs: number;
}

const things = Array.from({ length: Number(process.argv[2]) }, (_, n) => describeThing(n));
const before = process.cpuUsage();
for (const { inputSchema, outputSchema } of things) {
  z.toJSONSchema(inputSchema, { io: 'input', unrepresentable: 'any' });
  z.toJSONSchema(outputSchema, { io: 'output', unrepresentable: 'any' });
}
const { user, system } = process.cpuUsage(before);
const cost: SchemaCost = { cpuMs: (user + system) / 1000 };
console.log(JSON.stringify(cost));
