import type { Callable } from '../catalog/callable.ts';
import { withoutFiles } from '../schema/wire/named-files.ts';

/** The text of a value that a generator yielded. `undefined` if the value is. Its files are described and not sent. */
export async function toYieldedText({ yields }: Callable, value: unknown): Promise<string | undefined> {
  const { json: encoded, content } = await yields.encode(value);
  const json = withoutFiles(encoded, content);
  return typeof json === 'string' ? json : JSON.stringify(json);
}
