import { type Running, startOrThrow } from '../run/child.ts';
import { findTarget, type ServerShape } from '../target.ts';

/** Runs servers for some work, and stops them after it, also when it fails. */
export async function withServers<TName extends string, TResult>(
  shapes: Record<TName, readonly [target: string, shape?: ServerShape]>,
  work: (servers: Record<TName, Running>) => Promise<TResult>,
): Promise<TResult> {
  const running: Partial<Record<TName, Running>> = {};
  try {
    for (const name of Object.keys(shapes) as TName[]) {
      const [target, shape] = shapes[name];
      running[name] = await startOrThrow(findTarget(target), shape);
    }
    return await work(running as Record<TName, Running>);
  } finally {
    for (const server of Object.values<Running | undefined>(running)) server?.stop();
  }
}
