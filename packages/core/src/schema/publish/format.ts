import { isUnicodePattern, toRegExp } from '../pattern.ts';

/** What validators say of a format beyond the format itself, told by what their pattern takes and refuses. */
export interface Variant {
  takes: readonly string[];
  refuses?: readonly string[];
  /** Says in the description what the format does not; undefined if nothing is missing. */
  words?: string;
  /** Whether nothing of this variant is of the format as clients check it. */
  isOther?: true;
}

/**
 * Finds what a pattern says beside a format: undefined if it says something of its own, which is the case with most
 * patterns that an app wrote.
 */
export function findVariant(format: string, pattern: string): Variant | undefined {
  const key = `${format} ${pattern}`;
  // A router has the same few patterns in many places.
  if (!known.has(key)) {
    if (known.size >= mostKnown) known.clear();
    known.set(key, compareWithVariants(format, pattern));
  }
  return known.get(key);
}

const known = new Map<string, Variant | undefined>();
const mostKnown = 1000;

function compareWithVariants(format: string, pattern: string): Variant | undefined {
  if (!isUnicodePattern(pattern)) return undefined;
  const regExp = toRegExp(pattern);
  const test = (text: string): boolean => regExp.test(text);
  const refused = junk[format] ?? commonJunk;
  return (knownFormats[format] ?? []).find(
    ({ takes, refuses = [] }) => takes.every(test) && !refuses.some(test) && !refused.some(test),
  );
}

/** How a value of a format is written, for models that have no description to go by. */
export const formatHints: Record<string, string | undefined> = {
  'date-time': 'ISO 8601 date-time, such as 2026-01-31T09:00:00Z',
  date: 'date, such as 2026-01-31',
  time: 'time, such as 09:00:00Z',
  duration: 'ISO 8601 duration, such as P3DT4H',
};

/** What a format is called, where its pattern is not published or clients do not know the format. */
export const formatNames: Record<string, string | undefined> = {
  ...formatHints,
  email: 'email address',
  'idn-email': 'email address',
  hostname: 'host name',
  ipv4: 'IPv4 address',
  ipv6: 'IPv6 address',
  ip: 'IP address',
  cidrv4: 'IPv4 range, such as 10.0.0.0/8',
  cidrv6: 'IPv6 range, such as 2001:db8::/32',
  uuid: 'UUID',
  guid: 'UUID',
  uri: 'URL',
  url: 'URL',
  cuid: 'CUID',
  cuid2: 'CUID2',
  ulid: 'ULID',
  nanoid: 'Nano ID',
  ksuid: 'KSUID',
  xid: 'XID',
  jwt: 'JSON Web Token',
  base64: 'base64',
  base64url: 'base64url',
  e164: 'phone number, such as +14155550100',
  emoji: 'emoji only',
  mac: 'MAC address',
  mac48: 'MAC address',
  mac64: 'MAC address of 64 bits',
  hex_color: 'hex color, such as #ff8800',
};

const commonJunk = ['', 'x', '-', 'hello world', '2026-13-45', '1.2.3', 'a@b', '!'];
const junk: Record<string, readonly string[] | undefined> = {
  hostname: ['', '-', 'hello world', '-a.example.com', 'a..b', 'a_b.example.com'],
};

const dates = ['1999-12-31', '2000-02-29', '2024-02-29', '2026-01-31', '2045-06-05'];
const inUtc = dates.flatMap((date) => ['00:00:00', '12:34:56', '23:59:59'].map((time) => `${date}T${time}Z`));
const fractional = (digits: number): string[] =>
  inUtc.map((text) => text.replace('Z', `.${'1234567890'.slice(0, digits)}Z`));
const withOffset = ['2026-01-31T09:00:00+02:00', '1999-12-31T23:59:59-11:30'];
const toMinutes = inUtc.map((text) => text.replace(/:\d\dZ$/, 'Z'));
const local = inUtc.map((text) => text.slice(0, -1));
const timesInUtc = 'ISO 8601 date-time in UTC, such as 2026-01-31T09:00:00Z';

const localTimes = 'ISO 8601 date-time, such as 2026-01-31T09:00:00, with or without Z';

const uuidOf = (version: string): string[] =>
  ['8', '9', 'a', 'b'].flatMap((kind) => {
    const text = `0f8fad5b-d9cb-${version}69f-${kind}165-70867728950e`;
    return [text, text.toUpperCase(), text.replace(/^./, 'c').replace(/.$/, '7')];
  });
const uuidVersions = ['1', '2', '3', '4', '5', '6', '7', '8'];

/** Patterns that take all of these say no more than the format. The first variant that fits counts. */
export const knownFormats: Record<string, readonly Variant[] | undefined> = {
  email: [
    {
      takes: [
        'a@b.co',
        'me@example.com',
        'x@example.de',
        'john.smith+tag@mail.example.com',
        'x_y-z@sub-domain.example.org',
        'SOMEONE@EXAMPLE.NET',
        '1@2x.museum',
        `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.info`,
      ],
    },
  ],
  uuid: [
    { takes: uuidVersions.flatMap(uuidOf) },
    { takes: ['1', '2', '3', '4', '5'].flatMap(uuidOf) },
    ...uuidVersions.map((version) => ({
      takes: uuidOf(version),
      refuses: uuidVersions.filter((other) => other !== version).flatMap(uuidOf),
      words: `UUID version ${version}`,
    })),
  ],
  date: [{ takes: dates }],
  'date-time': [
    { takes: [...inUtc, ...fractional(3), ...fractional(6), ...withOffset], refuses: local },
    {
      takes: [...inUtc, ...fractional(3), ...fractional(6)],
      refuses: [...withOffset, ...local],
      words: timesInUtc,
    },
    { takes: [...inUtc, ...local, ...local.map((text) => `${text}.123`)], words: localTimes, isOther: true },
    ...[true, false].flatMap((isUtc): Variant[] => [
      {
        takes: [...inUtc, ...(isUtc ? [] : withOffset)],
        refuses: [...fractional(1), ...fractional(3), ...local, ...(isUtc ? withOffset : [])],
        words: `${isUtc ? timesInUtc : formatHints['date-time']}, without fractions of a second`,
      },
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digits) => ({
        takes: [
          ...fractional(digits),
          ...(isUtc
            ? []
            : withOffset.map((text) =>
                text.replace(/(?=[+-]\d\d:\d\d$)/, `.${'1234567890'.slice(0, digits)}`),
              )),
        ],
        refuses: [...inUtc, ...local, ...(isUtc ? withOffset : [])],
        words: `ISO 8601 date-time${isUtc ? ' in UTC' : ''}, such as 2026-01-31T09:00:00.${'0'.repeat(digits)}Z`,
      })),
      {
        takes: toMinutes,
        refuses: inUtc,
        words: 'ISO 8601 date-time to the minute, such as 2026-01-31T09:00Z',
        isOther: true,
      },
    ]),
  ],
  ipv4: [{ takes: ['0.0.0.0', '127.0.0.1', '10.20.30.40', '192.168.1.99', '255.255.255.255', '8.8.8.8'] }],
  ipv6: [
    {
      takes: [
        '::1',
        '::',
        '2001:db8::1',
        'fe80::1',
        '2001:0db8:85a3:0000:0000:8a2e:0370:7334',
        '1:2:3:4:5:6:7:8',
      ],
    },
  ],
  duration: [{ takes: ['P1D', 'PT1H', 'P1Y2M3DT4H5M6S', 'PT30M', 'P2W', 'P3DT4H'] }],
  hostname: [
    {
      takes: [
        'localhost',
        'example.com',
        'a.b-c.example.org',
        'x1.example.museum',
        '1.example.de',
        'EXAMPLE.com',
      ],
    },
  ],
  uri: [
    {
      takes: [
        'https://example.com',
        'http://example.org:8080/a/b?c=d#e',
        'ftp://x.example/y',
        'mailto:me@example.com',
      ],
    },
    {
      takes: ['https://example.com', 'http://example.org:8080/a/b?c=d#e'],
      refuses: ['ftp://x.example/y', 'mailto:me@example.com'],
      words: 'http or https URL',
    },
  ],
};
