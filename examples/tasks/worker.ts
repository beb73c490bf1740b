import { startWorker } from './queue.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
if (!settings) throw new Error('A worker needs REDIS_URL, such as redis://127.0.0.1:6379.');

const { worker, close } = startWorker(settings);
await worker.waitUntilReady();
console.log('The worker is ready.');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void close().then(() => process.exit()));
}
