import { isRecord } from '../record.ts';

/** Which values a setting or an option takes, and the words that say so. Types say it too, but not to every app. */
export interface Kind {
  takes: (value: unknown) => boolean;
  words: string;
}

export const aFunction: Kind = { takes: (value) => typeof value === 'function', words: 'a function' };
export const aBoolean: Kind = { takes: (value) => typeof value === 'boolean', words: 'true or false' };
export const anObject: Kind = { takes: isRecord, words: 'an object' };
