import { createStore } from '../../store.ts';
import { endpoint } from '../../session/settings.ts';
import { readOAuth } from './oauth.ts';
import { probeEra } from './probe.ts';
import { type Access, accessOf, type Sentence, toSentences } from './words.ts';

/** What the endpoint demands of who calls it. */
export interface Demands {
  access: Access;
  sentences: readonly Sentence[];
}

/** `undefined` until it was looked at. */
export const demands = createStore<Demands | undefined>(undefined);

let running: Promise<void> | undefined;

/** Looks at the endpoint as clients do that have no credential yet. Never rejects. */
export function checkDemands(): Promise<void> {
  return (running ??= check().finally(() => (running = undefined)));
}

async function check(): Promise<void> {
  demands.set(undefined);
  const [modern, legacy] = await Promise.all([probeEra('2026'), probeEra('2025')]);
  const isWanted = [modern, legacy].some(({ connect, list, call }) => [connect, list, call].includes(401));
  const oauth = isWanted ? await readOAuth(modern.challenge ?? legacy.challenge) : undefined;
  const found = { modern, legacy, oauth, url: endpoint.href };
  demands.set({ access: accessOf(found), sentences: toSentences(found) });
}
