import type { AnyTRPCRouter } from '@trpc/server';
import type { EvalWorld } from './case.ts';
import type { AnyEvals } from './definition.ts';
import type { EvalPerson } from './person.ts';

/** Makes tRPC's own callers of a router for the people of evals, for `setup` and `state`. */
export async function createWorld(
  evals: AnyEvals,
  as: string | undefined,
  signal: AbortSignal,
): Promise<EvalWorld> {
  const callerOf = async (name: string): Promise<ReturnType<AnyTRPCRouter['createCaller']>> => {
    const person = findPerson(evals, name);
    if (person === undefined)
      throw new Error(
        `There is nobody named "${name}". The people are: ${Object.keys(evals.people ?? {}).join(', ')}.`,
      );
    return evals.router.createCaller(await toContext(person, signal), { signal });
  };
  const caller = as === undefined ? evals.router.createCaller({}, { signal }) : await callerOf(as);
  return { caller, as: callerOf, signal };
}

/** Who says something. If there is only one person, a case need not name them. */
export function personOf(evals: AnyEvals, as: string | undefined): string | undefined {
  return as ?? Object.keys(evals.people ?? {})[0];
}

export function findPerson({ people = {} }: AnyEvals, name: string | undefined): EvalPerson | undefined {
  if (name === undefined || !Object.hasOwn(people, name)) return undefined;
  return (people as Readonly<Record<string, EvalPerson>>)[name];
}

async function toContext({ ctx, createContext, authInfo }: EvalPerson, signal: AbortSignal): Promise<object> {
  if (createContext === undefined) {
    const made: unknown = typeof ctx === 'function' ? await (ctx as () => unknown)() : ctx;
    return made ?? {};
  }
  const made: unknown = await createContext({
    info: {
      accept: null,
      type: 'unknown',
      isBatchCall: false,
      calls: [],
      connectionParams: null,
      signal,
      url: null,
    },
    mcp: {
      method: 'tools/call',
      tool: undefined,
      era: 'modern',
      client: undefined,
      capabilities: undefined,
      auth: authInfo && { token: '', clientId: '', scopes: [], ...authInfo },
      signal,
      trace: undefined,
    },
  });
  return made as object;
}
