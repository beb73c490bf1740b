import type { ElicitRequestParams, ElicitResult } from '@modelcontextprotocol/client';
import { createStore } from '../store.ts';

/** A question of the app, a consent included, that waits for the person. */
export interface Question {
  id: number;
  params: ElicitRequestParams;
  answer: (result: ElicitResult) => void;
}

/** The questions that wait, the oldest first. The page shows the first as a dialog. */
export const questions = createStore<readonly Question[]>([]);

let lastId = 0;

/** Puts a question to the person. Resolves with `cancel` when the call that asks is cancelled. */
export function askPerson(params: ElicitRequestParams, signal: AbortSignal): Promise<ElicitResult> {
  return new Promise((resolve) => {
    const id = ++lastId;
    const answer = (result: ElicitResult) => {
      questions.update((all) => all.filter((one) => one.id !== id));
      resolve(result);
    };
    questions.update((all) => [...all, { id, params, answer }]);
    signal.addEventListener('abort', () => answer({ action: 'cancel' }), { once: true });
  });
}
