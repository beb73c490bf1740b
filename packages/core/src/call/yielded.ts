import type { Callable } from '../catalog/callable.ts';

/** The text of a value that a generator yielded. `undefined` if the value is. */
export async function toYieldedText({ yields }: Callable, value: unknown): Promise<string | undefined> {
  const { json } = await yields.encode(value);
  return typeof json === 'string' ? json : JSON.stringify(json);
}
