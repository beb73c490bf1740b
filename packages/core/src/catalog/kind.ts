import { isRecord } from '../record.ts';

/** Which values a setting or an option takes, and the words that say so. Types say it too, but not to every app. */
export interface Kind {
  takes: (value: unknown) => boolean;
  words: string;
}

export const aFunction: Kind = { takes: (value) => typeof value === 'function', words: 'a function' };
export const aBoolean: Kind = { takes: (value) => typeof value === 'boolean', words: 'true or false' };
export const anObject: Kind = { takes: isRecord, words: 'an object' };

/** The setting and the option `result`. Keys that it does not have are found elsewhere. */
export const aResult: Kind = {
  takes: (value) => {
    if (!isRecord(value)) return false;
    const { maxTokens, fields, format } = value;
    const isNumber = maxTokens === undefined || (Number.isFinite(maxTokens) && (maxTokens as number) > 0);
    const isFlag = fields === undefined || typeof fields === 'boolean';
    return isNumber && isFlag && (format === undefined || format === 'json' || format === 'tsv');
  },
  words: "{ maxTokens, fields, format }: a number above 0, true or false, and 'json' or 'tsv'",
};
