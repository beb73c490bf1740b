import { createStore } from '../store.ts';

/** A notification of the endpoint, as it came. */
export interface Notice {
  id: number;
  /** In milliseconds since 1970. */
  at: number;
  method: string;
  params: unknown;
}

/** The last notifications, the oldest first. */
export const notices = createStore<readonly Notice[]>([]);

const mostKept = 500;
let lastId = 0;

export function noteNotice(method: string, params: unknown): void {
  notices.update((all) => [...all.slice(1 - mostKept), { id: ++lastId, at: Date.now(), method, params }]);
}
