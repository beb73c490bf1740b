import { Backlog } from './backlog.ts';
import { eventStreamHeaders, toEvent } from './event-stream.ts';
import type { Reply } from './exchange.ts';

/** The stream of a session that tells its client of changes, as fast as the client reads it. */
export class LegacyListener {
  readonly reply: Reply;
  readonly #backlog = new Backlog();
  readonly #onEnd: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
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
    this.#backlog.add(json);
  }

  close(): void {
    if (this.#isOver) return;
    this.#end();
    this.#controller.close();
  }

  async #pull(): Promise<void> {
    const json = await this.#backlog.take();
    if (json !== undefined) this.#controller.enqueue(toEvent(json));
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#backlog.drop();
    this.#onEnd();
  }
}
