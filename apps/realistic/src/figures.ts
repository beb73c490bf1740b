import { measure } from './figures/measure.ts';
import { eras } from './figures/client.ts';

const { procedures, tools, leftOut, faults, accepted, calls, size, mountMs } = await measure();
const refused = sum(calls.refused);

console.table({
  'procedures → tools': `${procedures} → ${tools}`,
  'invalid schemas, modern and legacy': eras.map((era) => faults[era].length).join(' and '),
  'lists that the official clients take': eras.filter((era) => accepted[era]).join(', ') || 'none',
  'refused arguments': `${refused}/${calls.count} (${((100 * refused) / calls.count).toFixed(1)} %)`,
  'input schemas without arguments': calls.withoutArguments.length,
  'tools whose results do not fit': calls.unfit.length,
  'calls by code': Array.from(calls.codes, ([code, count]) => `${code} ${count}`).join(', '),
  'tokens of the list, whole': size.whole,
  'tokens by model view': size.modelView,
  'tokens of output schemas': size.outputSchemas,
  'mount, CPU ms': Math.round(mountMs),
});

for (const path of leftOut) console.log(`left out: ${path}`);
for (const era of eras) {
  for (const { tool, side, dialect, reason } of faults[era]) {
    console.log(`invalid (${era}): ${tool}, ${side}, ${dialect}: ${reason}`);
  }
}
for (const [tool, count] of calls.refused) {
  console.log(`refused: ${tool}, ${count} times: ${calls.reasons.get(tool)}`);
}
for (const tool of calls.withoutArguments) console.log(`without arguments: ${tool}`);
for (const tool of calls.unfit) console.log(`does not fit: ${tool}`);

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
