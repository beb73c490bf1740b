import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import type { Held } from './app/held.ts';
import type { Start } from './app/listen.ts';
import { sharedStore } from './app/shared-store.ts';
import { findTarget, type ServerShape } from './target.ts';

// Runs one target in its own process, on its own core. The parent process asks for its usage.

/** The resources that a server has used since it started. */
export interface Usage {
  /** The CPU time of all its threads, in microseconds. */
  cpuUs: number;
  heapBytes: number;
  residentBytes: number;
  /** Sockets, timers and other handles that keep the process alive. */
  handles: number;
  /** What is in the store that handlers share. */
  entries: number;
}

export type Question =
  { ask: 'usage'; collect: boolean } | { ask: 'held' } | { ask: 'profile'; ms: number; file: string };

export type Report =
  { ready: number } | { failed: string } | { usage: Usage } | { held: Held } | { profiled: string };

const [name = '', shape = '{}'] = process.argv.slice(2);

process.on('message', (question: Question) => void answer(question));
process.on('disconnect', () => process.exit());
try {
  const { family, host } = findTarget(name);
  const options = JSON.parse(shape) as ServerShape;
  if (options.telemetry) (await import('./app/telemetry.ts')).collectSpans();
  const starts = (await import(`./targets/${family}.js`)) as Record<string, Start>;
  report({ ready: await starts[host]!(options) });
} catch (error) {
  report({ failed: error instanceof Error ? error.message : String(error) });
}

async function answer(question: Question): Promise<void> {
  if (question.ask === 'usage') return report({ usage: toUsage(question.collect) });
  if (question.ask === 'held') {
    const { countHeld } = await import('./app/held.ts');
    return report({ held: countHeld() });
  }
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  await new Promise((resolve) => setTimeout(resolve, question.ms));
  const { profile } = await session.post('Profiler.stop');
  await writeFile(question.file, JSON.stringify(profile));
  report({ profiled: question.file });
}

function toUsage(collect: boolean): Usage {
  const { user, system } = process.cpuUsage();
  // Twice, because the first collection runs finalizers, and the second one frees their garbage.
  if (collect) {
    globalThis.gc!();
    globalThis.gc!();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    cpuUs: user + system,
    heapBytes: heapUsed + external,
    residentBytes: rss,
    handles: process.getActiveResourcesInfo().length,
    entries: sharedStore.size,
  };
}

function report(message: Report): void {
  process.send!(message);
}
