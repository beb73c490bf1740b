import { measureRecall } from './recall/recall.ts';

for (const hasKeywords of [true, false]) {
  const { rate, missed } = await measureRecall(hasKeywords);
  console.log(`recall at five ${hasKeywords ? 'with' : 'without'} keywords: ${(100 * rate).toFixed(0)} %`);
  for (const { query, path, found } of missed)
    console.log(`  "${query}" (${path}) found ${found.join(', ')}`);
}
