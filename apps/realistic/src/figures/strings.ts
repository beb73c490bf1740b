import fc from 'fast-check';
import type { Schema } from './client.ts';

const word = fc.stringMatching(/^[a-z]{2,8}$/);
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

const byFormat: Record<string, fc.Arbitrary<string> | undefined> = {
  'date-time': time.map((date) => date.toISOString()),
  date: time.map((date) => date.toISOString().slice(0, 10)),
  // As validators differ on the seconds and the zone, each form is tried.
  time: time.chain((date) =>
    fc.constantFrom(
      ...[5, 8, 12].map((end) => date.toISOString().slice(11, 11 + end)),
      date.toISOString().slice(11),
    ),
  ),
  email: fc.tuple(word, word).map(([name, host]) => `${name}@${host}.example.com`),
  uri: fc.tuple(word, word).map(([host, path]) => `https://${host}.example.com/${path}`),
  hostname: word.map((host) => `${host}.example.com`),
  uuid: fc.uuid({ version: 4 }),
  ipv4: fc.ipV4(),
};

/** Strings that fit a schema, mostly: formats are kept, and a pattern where there is no format. */
export function stringsOf({
  format,
  pattern,
  minLength = 0,
  maxLength,
  contentEncoding,
}: Schema): fc.Arbitrary<string> {
  const known = byFormat[String(format)];
  if (known) return known;
  if (contentEncoding === 'base64') {
    return fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('base64'));
  }
  if (typeof pattern === 'string') return ofPattern(pattern);
  const least = minLength as number;
  const most = Math.min((maxLength as number | undefined) ?? Infinity, least + 24);
  const text = fc.string({ minLength: least, maxLength: most });
  // Beside white space and punctuation, what people write.
  return least <= 2 && most >= 8 ? fc.oneof(text, word) : text;
}

/** A data: URI is one of the two forms of a file; other patterns are read as they are. */
function ofPattern(pattern: string): fc.Arbitrary<string> {
  if (pattern.startsWith('^data:')) return digits(4).map((text) => `data:text/plain;base64,${btoa(text)}`);
  return fc.stringMatching(new RegExp(pattern, 'u'));
}
