/** How many characters count as one token. This package estimates as core does. */
const charactersOfToken = 4;

export function tokensOf(text: string): number {
  return Math.ceil(text.length / charactersOfToken);
}

/** What a model reads of a result, and what to say about what is missing. */
export interface Cut {
  text: string;
  note: string;
}

/**
 * Cuts the JSON of a result to so many tokens. Long lists lose their last items, and long texts their ends, so that the rest
 * stays JSON. If that is not enough, the text is cut.
 */
export function cutJson(json: string, maxTokens: number): Cut {
  const tokens = tokensOf(json);
  if (tokens <= maxTokens) return { text: json, note: '' };
  const advice =
    'Return less: choose the fields that you need, count or sum in the code, or return one part, such as `items.slice(0, 50)`.';
  const note = (how: string) =>
    `Cut: the result has about ${tokens} tokens, and may have ${maxTokens}. ${how} ${advice}`;
  const most = maxTokens * charactersOfToken;
  const text = json.length > mostParsed ? undefined : shortenJson(json, most);
  return text === undefined
    ? { text: json.slice(0, most), note: note('The rest is missing.') }
    : { text, note: note('Lists and texts are cut where they say so.') };
}

/** What is longer takes too long to be read again. */
const mostParsed = 4_000_000;

/** Shortens lists and texts until the JSON has so many characters. Returns `undefined` if it still has more then. */
function shortenJson(json: string, most: number): string | undefined {
  if (isDeep(json)) return undefined;
  try {
    const value = JSON.parse(json) as unknown;
    for (let limit = 4096; limit >= 1; limit = Math.floor(limit / 2)) {
      const room = { left: most, longestKey: 0 };
      const shortened = shorten(value, { items: limit, characters: limit * 8 }, room);
      // No limit shortens a key.
      if (room.longestKey > most) return undefined;
      if (room.left < 0) continue;
      const text = JSON.stringify(shortened);
      if (text.length <= most) return text;
    }
  } catch {
    // Code that has changed what it sends may send anything, also what is no JSON.
  }
  return undefined;
}

/** How deep a value may be nested that is read again. The guest lets through 200 levels. */
const mostLevels = 500;

/** Whether lists and objects are nested so deeply that reading them would take long. Brackets in texts count too. */
function isDeep(json: string): boolean {
  let level = 0;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json.charCodeAt(at);
    // [ and {, ] and }
    if (sign === 0x5b || sign === 0x7b) level += 1;
    else if (sign === 0x5d || sign === 0x7d) level -= 1;
    if (level > mostLevels) return true;
  }
  return false;
}

interface Most {
  items: number;
  characters: number;
}

/** How many characters may still be written. What is below 0 is too long, and nothing more of it is looked at. */
interface Room {
  left: number;
  longestKey: number;
}

function shorten(value: unknown, most: Most, room: Room): unknown {
  if (typeof value === 'string') {
    room.left -= Math.min(value.length, most.characters) + 2;
    if (value.length <= most.characters) return value;
    return `${value.slice(0, most.characters)}… (${value.length - most.characters} more characters)`;
  }
  if (typeof value !== 'object' || value === null) {
    room.left -= 1;
    return value;
  }
  // The brackets. What separates items is about as long as the shortest of them.
  room.left -= 2;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value as unknown[]) {
      if (items.length === most.items || room.left < 0) break;
      items.push(shorten(item, most, room));
    }
    if (value.length > most.items) items.push(`… (${value.length - most.items} more items)`);
    return items;
  }
  const keys = Object.keys(value);
  const kept: [string, unknown][] = [];
  for (const key of keys) {
    if (kept.length === most.items || room.left < 0) break;
    room.left -= key.length + 3;
    room.longestKey = Math.max(room.longestKey, key.length);
    kept.push([key, shorten((value as Record<string, unknown>)[key], most, room)]);
  }
  if (keys.length > most.items) kept.push(['…', `(${keys.length - most.items} more properties)`]);
  // Not by assignment: `__proto__` is a key like others here.
  return Object.fromEntries(kept);
}
