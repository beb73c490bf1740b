import { TRPCClientError } from '@trpc/client';
import { useEffect, useState } from 'react';
import type { Client, Outputs } from '../client.ts';

export type Week = Outputs['reports']['signUps'][number];

export interface SignUps {
  weeks?: readonly Week[];
  problem?: string;
}

/** Reads the sign-ups of the last weeks, and again whenever `version` changes. */
export function useSignUps(client: Client, version: string): SignUps {
  const [signUps, setSignUps] = useState<SignUps>({});
  useEffect(() => {
    const stop = new AbortController();
    client.reports.signUps.query({ weeks: 12 }, { signal: stop.signal }).then(
      (weeks) => setSignUps({ weeks }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const isAnswer = error instanceof TRPCClientError && error.data;
        const problem = isAnswer ? error.message : 'The server cannot be reached at the moment.';
        // What was read before is still worth showing.
        setSignUps((before) => ({ ...before, problem }));
      },
    );
    return () => stop.abort();
  }, [client, version]);
  return signUps;
}
