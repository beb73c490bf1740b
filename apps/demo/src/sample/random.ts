/** Numbers that look random and are the same on every run: the seed chooses the sequence. */
export interface Random {
  /** At least 0, below 1. */
  number(): number;
  /** From `least` to `most`, both included. */
  integer(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  uuid(): string;
}

export function createRandom(seed: number): Random {
  // 32-bit xorshift, which is good enough for sample data. Do not use it for anything else.
  let state = (seed << 1) | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  // A small seed has few bits set, and so have the first numbers after it.
  for (let i = 0; i < 16; i++) next();

  const number = () => next() / 2 ** 32;
  return {
    number,
    integer: (least, most) => least + Math.floor(number() * (most - least + 1)),
    chance: (probability) => number() < probability,
    pick(items) {
      const item = items[Math.floor(number() * items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    uuid() {
      const hex = Array.from({ length: 4 }, () => next().toString(16).padStart(8, '0')).join('');
      const variant = '89ab'[next() % 4];
      // Version 4 of RFC 9562, because z.uuid() looks at version and variant.
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
}
