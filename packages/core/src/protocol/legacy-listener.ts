import { eventStreamHeaders, toEvent } from './event-stream.ts';
import type { Reply } from './exchange.ts';

/** How many messages wait for a client that does not read. Of more, the oldest are dropped. */
const maxWaiting = 2000;

/** The stream of a session that tells its client of changes. A change that waits already is not told twice. */
export class LegacyListener {
  readonly reply: Reply;
  readonly #waiting = new Set<string>();
  readonly #onEnd: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #onPush: () => void = () => undefined;
  #isOver = false;

  constructor(headers: Record<string, string>, onEnd: () => void) {
    this.#onEnd = onEnd;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pull(),
        cancel: () => this.#end(),
      },
      { highWaterMark: 0 },
    );
    this.reply = { status: 200, headers: { ...eventStreamHeaders, ...headers }, body };
  }

  push(json: string): void {
    if (this.#isOver) return;
    if (this.#waiting.size >= maxWaiting) this.#waiting.delete(this.#waiting.values().next().value!);
    this.#waiting.add(json);
    this.#onPush();
  }

  close(): void {
    if (this.#isOver) return;
    this.#end();
    this.#controller.close();
  }

  async #pull(): Promise<void> {
    while (this.#waiting.size === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => (this.#onPush = resolve));
    }
    if (this.#isOver) return;
    const [json] = this.#waiting;
    this.#waiting.delete(json!);
    this.#controller.enqueue(toEvent(json!));
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting.clear();
    this.#onPush();
    this.#onEnd();
  }
}
