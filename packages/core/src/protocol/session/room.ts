/** Something that can give memory back. */
export interface Tenant {
  /** Forgets what was sent already, or everything if nobody reads it. */
  forget(): void;
}

/** The memory for events that clients may ask for again, in all sessions together. Of more, the oldest streams are forgotten. */
export class Room {
  readonly max: number;
  readonly #tenants = new Set<Tenant>();
  #used = 0;

  constructor(max: number) {
    this.max = max;
  }

  enter(tenant: Tenant): void {
    this.#tenants.add(tenant);
  }

  leave(tenant: Tenant): void {
    this.#tenants.delete(tenant);
  }

  /** Counts characters that are kept now, or with a negative number, that are not kept any more. */
  use(characters: number): void {
    this.#used += characters;
    if (characters <= 0 || this.#used <= this.max) return;
    for (const tenant of this.#tenants) {
      tenant.forget();
      if (this.#used <= this.max) return;
    }
  }
}
