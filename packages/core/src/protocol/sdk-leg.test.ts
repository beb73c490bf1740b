import { expect, test } from 'vitest';
import { createLazyLeg } from './sdk-leg.ts';
import type { SdkLeg, SdkOptions } from './sdk.ts';
import type { HttpServing, Served, ServerParts } from './serving.ts';

/** What is served is passed on as it is. */
const serving = {} as HttpServing;
const parts = {} as ServerParts;
const options = {} as SdkOptions;
const message = { jsonrpc: '2.0', id: 7, method: 'initialize' };
const served: Served = { reply: { status: 200, headers: {}, body: 'done' }, outcome: undefined };

/** A module that counts the legs that it has made, and those that were closed. */
function createModule() {
  const counts = { made: 0, closed: 0, served: 0 };
  const createSdkLeg = (): SdkLeg => {
    counts.made++;
    return {
      serve: async () => {
        counts.served++;
        return served;
      },
      enter: undefined,
      close: async () => void counts.closed++,
    };
  };
  return { counts, createSdkLeg };
}

test('nothing is loaded before a request needs it, and requests at the same time share one leg', async () => {
  const { counts, createSdkLeg } = createModule();
  let imports = 0;
  const leg = createLazyLeg(parts, options, async () => {
    imports++;
    return { createSdkLeg };
  });
  expect(imports).toBe(0);
  const serve = () => leg.serve(serving, message, undefined);
  expect(await Promise.all([serve(), serve(), serve()])).toEqual([served, served, served]);
  const before = imports;
  await serve();
  expect(imports).toBe(before);
  expect(counts).toEqual({ made: 1, closed: 0, served: 4 });
});

test('what is loaded before the first request is not loaded again', async () => {
  const { counts, createSdkLeg } = createModule();
  let imports = 0;
  const leg = createLazyLeg(parts, options, async () => {
    imports++;
    return { createSdkLeg };
  });
  await leg.load();
  await leg.serve(serving, message, undefined);
  expect(imports).toBe(1);
  expect(counts).toEqual({ made: 1, closed: 0, served: 1 });
});

test('an import that fails is told in words, and the next request tries again', async () => {
  const { createSdkLeg } = createModule();
  let imports = 0;
  const leg = createLazyLeg(parts, options, async () => {
    imports++;
    if (imports === 1) throw new Error('chunk 12 is gone');
    return { createSdkLeg };
  });
  await expect(leg.serve(serving, message, undefined)).rejects.toThrow(
    'the official SDK, @modelcontextprotocol/server, which serves this request, could not be loaded: chunk 12 is gone',
  );
  expect(await leg.serve(serving, message, undefined)).toBe(served);
});

test('a leg that is closed while it loads is not made, and its request is told so', async () => {
  const { counts, createSdkLeg } = createModule();
  let resolve = () => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  const leg = createLazyLeg(parts, options, async () => {
    await promise;
    return { createSdkLeg };
  });
  const waiting = leg.serve(serving, message, undefined);
  await leg.close();
  resolve();
  const { reply } = await waiting;
  expect(reply.status).toBe(503);
  expect(JSON.parse(reply.body as string)).toMatchObject({
    id: 7,
    error: { message: 'This MCP endpoint is shutting down' },
  });
  expect(counts).toEqual({ made: 0, closed: 0, served: 0 });
});

test('a leg that was loaded is closed with the handler', async () => {
  const { counts, createSdkLeg } = createModule();
  const leg = createLazyLeg(parts, options, async () => ({ createSdkLeg }));
  await leg.load();
  await leg.close();
  expect(counts.closed).toBe(1);
});
