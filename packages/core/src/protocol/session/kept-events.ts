import type { Room } from './room.ts';

export interface KeptEvent {
  /** Grows by one with every event. */
  order: number;
  /** The place that its id names. Without one, it cannot be asked for again. */
  number: number | undefined;
  json: string;
  /** Whether something is lost without it, as with an answer or a question. */
  isNeeded: boolean;
}

/** What is left while events are dropped. */
interface Left {
  count: number;
  characters: number;
}

/** How many events of one stream are kept, and how many characters. */
export const mostEvents = 1000;
export const mostCharacters: number = 2 ** 20;

/** The events of one stream, those that were sent and those that wait. Of too many, notifications are dropped first. */
export class KeptEvents {
  /** The place of the last event that is lost for whoever comes back to before it. */
  lost = 0;
  protected limit: number = mostEvents;
  protected readonly room: Room | undefined;
  #events: KeptEvent[] = [];
  #characters = 0;

  constructor(room: Room | undefined) {
    this.room = room;
  }

  /** `sent` is the order of the last event that was sent. */
  add(event: KeptEvent, sent: number): void {
    this.#events.push(event);
    this.#count(event.json.length);
    if (this.#events.length > this.limit || this.#characters > mostCharacters) this.shorten(sent);
  }

  next(sent: number): KeptEvent | undefined {
    // Mostly, one of the last is the next one.
    let index = this.#events.length;
    while (index > 0 && this.#events[index - 1]!.order > sent) index--;
    return this.#events[index];
  }

  /** The first event after a place. */
  after(place: number): KeptEvent | undefined {
    return this.#events.find(({ number }) => number !== undefined && number > place);
  }

  drop(isDropped: (event: KeptEvent, left: Left) => boolean): void {
    const left = { count: this.#events.length, characters: this.#characters };
    this.#events = this.#events.filter((event) => {
      if (!isDropped(event, left)) return true;
      left.count--;
      left.characters -= event.json.length;
      if (this.isLoss(event)) this.lost = Math.max(this.lost, event.number ?? 0);
      return false;
    });
    this.#count(left.characters - this.#characters);
  }

  /** Whether a client misses something that it does not get elsewhere. */
  protected isLoss({ isNeeded }: KeptEvent): boolean {
    return isNeeded;
  }

  /** To half of the bounds, so that it is not done for every event. The last event always stays. */
  protected shorten(sent: number): void {
    const isOver = ({ count, characters }: Left) =>
      count > mostEvents / 2 || (characters > mostCharacters / 2 && count > 1);
    this.drop(({ isNeeded, order }, left) => !isNeeded && order <= sent && isOver(left));
    if (this.#isFull) this.drop(({ order }, left) => order <= sent && isOver(left));
    const last = this.#events.at(-1);
    if (this.#isFull) this.drop((event, left) => !event.isNeeded && event !== last && isOver(left));
    this.limit = Math.max(mostEvents, 2 * this.#events.length);
  }

  get #isFull(): boolean {
    return this.#events.length > mostEvents || this.#characters > mostCharacters;
  }

  protected get length(): number {
    return this.#events.length;
  }

  #count(characters: number): void {
    this.#characters += characters;
    this.room?.use(characters);
  }
}

/** From so many waiting changes on, one is not told twice, because most of them repeat each other. */
const few = 100;
/** How many changes wait for a client that does not read. */
const mostWaiting = 2000;

/** The changes that a client hears of. They do not pile up. */
export class KeptChanges extends KeptEvents {
  protected override limit: number = few;

  protected override isLoss(): boolean {
    return true;
  }

  protected override shorten(sent: number): void {
    const { lost } = this;
    const waiting = new Set<string>();
    this.drop(({ order, json }) => {
      const isRepeated = order > sent && waiting.has(json);
      waiting.add(json);
      return isRepeated;
    });
    // Who comes back hears of it all the same.
    this.lost = lost;
    this.drop(({ order }, { count }) => order <= sent - few || count > mostWaiting);
    // Not with every change, when all of them are different.
    this.limit = Math.max(few, 2 * this.length);
  }
}
