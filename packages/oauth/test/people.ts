/** Somebody with an account. */
export interface Person {
  id: string;
  name: string;
}

export const ada: Person = { id: 'ada', name: 'Ada Lovelace' };
export const ben: Person = { id: 'ben', name: 'Ben <b>Okri</b>' };

/** The accounts of an app. */
export class People {
  readonly #people = new Map([ada, ben].map((person) => [person.id, person]));

  find(id: string): Person | undefined {
    return this.#people.get(id);
  }

  list(): Person[] {
    return [...this.#people.values()];
  }

  remove(id: string): void {
    this.#people.delete(id);
  }
}
