/** What has to be told to other nodes, in order, kept while Redis is away. */
export interface Outbox<T> {
  add(item: T): void;
  /** Resolves when everything was sent, or could not be sent just now. */
  flush(): Promise<void>;
  close(): void;
}

export interface OutboxOptions<T> {
  /** Sends one item. `sequence` grows by one from item to item, and is the same when it is tried again. */
  send: (item: T, sequence: number) => Promise<void>;
  /** Stands for everything that was waiting, when that has become too much. */
  sumUp: () => T[];
  /** Hears of the first failure after a success. */
  onFailure: (error: unknown) => void;
}

/** More different items than this are summed up. */
const most = 1000;
const retryMs = 500;

export function createOutbox<T>({ send, sumUp, onFailure }: OutboxOptions<T>): Outbox<T> {
  // By their JSON: what waits already need not wait twice.
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
      if (waiting.size > most) waiting = new Map(sumUp().map((each) => [JSON.stringify(each), each]));
      if (!isFailing) void flush();
    },
    flush,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
