/** Sends items to other nodes in order, and keeps them while Redis cannot be reached. */
export interface Outbox<T> {
  add(item: T): void;
  /** Tries to send everything. Resolves when that is done, or has failed. */
  flush(): Promise<void>;
  close(): void;
}

export interface OutboxOptions<T> {
  /** Sends one item. `sequence` grows by one with each item, and stays the same when an item is sent again. */
  send: (item: T, sequence: number) => Promise<void>;
  /** Returns fewer items that replace all waiting ones, when too many are waiting. */
  sumUp: (waiting: T[]) => T[];
  /** Is called with the first failure after a success. */
  onFailure: (error: unknown) => void;
}

/** When more items than this are waiting, `sumUp` replaces them. */
const most = 1000;
const retryMs = 500;

export function createOutbox<T>({ send, sumUp, onFailure }: OutboxOptions<T>): Outbox<T> {
  // By their JSON, so that the same item waits only once.
  let waiting = new Map<string, T>();
  let sending: { item: T; sequence: number } | undefined;
  let run: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sequence = 0;
  let isFailing = false;
  let isClosed = false;

  const take = () => {
    const [first] = waiting;
    if (!first) return undefined;
    waiting.delete(first[0]);
    return { item: first[1], sequence: ++sequence };
  };

  const sendAll = async () => {
    clearTimeout(timer);
    try {
      for (sending ??= take(); sending; sending = take()) await send(sending.item, sending.sequence);
      isFailing = false;
    } catch (error) {
      if (isClosed) return;
      if (!isFailing) onFailure(error);
      isFailing = true;
      timer = setTimeout(() => void flush(), retryMs);
      timer.unref();
    }
  };

  const flush = (): Promise<void> => (run ??= sendAll().finally(() => (run = undefined)));

  return {
    add(item) {
      if (isClosed) return;
      waiting.set(JSON.stringify(item), item);
      if (waiting.size > most) {
        const fewer = sumUp([...waiting.values()]);
        waiting = new Map(fewer.map((each) => [JSON.stringify(each), each]));
      }
      if (!isFailing) void flush();
    },
    flush,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
