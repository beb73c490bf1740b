import { expect, test, vi } from 'vitest';
import { createStreamId } from './event-id.ts';
import { KeptStream } from './kept-stream.ts';
import { Room } from './room.ts';

test('a client that was sent away and does not come back is taken for gone after a time', async () => {
  const stream = new KeptStream({ id: createStreamId('call'), room: new Room(1000), retryMs: 1 });
  const onEnd = vi.fn();
  const { body } = stream.connect(0, onEnd);
  stream.disconnect();
  await new Response(body).text();
  stream.sweep(0);
  expect(onEnd).not.toHaveBeenCalled();
  stream.sweep(Number.POSITIVE_INFINITY);
  stream.end();
  expect(onEnd).toHaveBeenCalledTimes(1);
});
