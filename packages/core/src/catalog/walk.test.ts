import { type AnyTRPCRouter, initTRPC, lazy } from '@trpc/server';
import { expect, test } from 'vitest';
import type { McpMeta } from '../meta.ts';
import { collectPaths, collectProcedures, hasLazyRouters, loadLazyRouters } from './walk.ts';

const t = initTRPC.meta<McpMeta>().create();
const tagged = t.procedure.meta({ mcp: true });
const query = () => tagged.query(() => 1);

const paths = (router: Parameters<typeof collectPaths>[0]) =>
  collectProcedures(router, collectPaths(router))
    .map(({ path }) => path)
    .toSorted();

test('nested and merged routers are walked', () => {
  const router = t.mergeRouters(
    t.router({ a: query(), deep: t.router({ er: { b: query() } }) }),
    t.router({ c: query(), untagged: t.procedure.query(() => 1) }),
  );
  expect(paths(router)).toEqual(['a', 'c', 'deep.er.b']);
});

test('names that a caller proxy swallows are found below the root', () => {
  // oxlint-disable-next-line unicorn/no-thenable -- tRPC allows the name, so it has to be found
  const router = t.router({ job: { call: query(), apply: query(), then: query() } });
  expect(paths(router)).toEqual(['job.apply', 'job.call', 'job.then']);
});

test('lazy routers are found inside eager, merged and lazy ones', async () => {
  const leaf = () => Promise.resolve(t.router({ a: query() }));
  const router = t.mergeRouters(
    t.router({ eager: t.router({ inner: lazy(leaf) }) }),
    t.router({ outer: lazy(() => Promise.resolve(t.router({ inner: lazy(leaf), b: query() }))) }),
  );
  expect(hasLazyRouters(router)).toBe(true);
  await expect(loadLazyRouters(router)).resolves.toEqual(new Map());
  expect(paths(router)).toEqual(['eager.inner.a', 'outer.b', 'outer.inner.a']);
});

test('a lazy router that does not load costs nobody else', async () => {
  const broken = new Error('no such module');
  const router = t.router({
    broken: lazy((): Promise<ReturnType<typeof t.router>> => Promise.reject(broken)),
    whole: lazy(() => Promise.resolve(t.router({ a: query() }))),
  });
  await expect(loadLazyRouters(router)).resolves.toEqual(new Map([['broken', broken]]));
  expect(paths(router)).toEqual(['whole.a']);
});

test('a lazy router that contains itself ends', async () => {
  const load = (): Promise<AnyTRPCRouter> => Promise.resolve(t.router({ a: query(), self: lazy(load) }));
  const failed = await loadLazyRouters(t.router({ self: lazy(load) }));
  expect([...failed.values()]).toEqual([new Error('a lazy router contains itself')]);
});

test('nothing but the tag of an untagged procedure is looked at', () => {
  const procedure = t.procedure.query(() => 1);
  const trap = new Proxy(procedure, {
    get(target, key) {
      if (key !== '_def') throw new Error(`looked at ${String(key)}`);
      return new Proxy(target._def, {
        get(def, defKey) {
          if (defKey === 'meta' || defKey === 'middlewares') return def[defKey as 'meta'];
          throw new Error(`looked at _def.${String(defKey)}`);
        },
      });
    },
  });
  const router = t.router({ a: query() });
  (router._def.procedures as unknown as Record<string, unknown>)['trap'] = trap;
  expect(paths(router)).toEqual(['a']);
});
