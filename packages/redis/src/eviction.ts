import type { Connection } from './connection.ts';

/**
 * Tells the app if its Redis may remove keys before they expire. A Redis that does not say is taken to be right. `loss` says
 * what may be lost, and what comes of it.
 */
export function warnOfEviction(connection: Connection, loss: string, onError: (error: Error) => void): void {
  void connection.sendToAll(['INFO', 'memory']).then(
    (infos) => {
      const policy = infos.map(policyOf).find((each) => each !== 'noeviction');
      if (policy === undefined) return;
      onError(
        new Error(
          `Redis removes keys when its memory is full (maxmemory-policy is ${policy}), also ${loss}; set maxmemory-policy to noeviction`,
        ),
      );
    },
    () => {},
  );
}

function policyOf(info: unknown): string {
  // With 0 there is no limit, and so nothing is removed.
  const isLimited = /^maxmemory:[1-9]/m.test(String(info));
  return (isLimited && /^maxmemory_policy:(\S+)/m.exec(String(info))?.[1]) || 'noeviction';
}
