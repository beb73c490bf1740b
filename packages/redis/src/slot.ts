import type { Command } from './connection.ts';

/** How many slots a cluster has. */
export const slotCount = 16_384;

/** Returns the key of a command, which says where in a cluster it has to run. */
export function keyOf(command: Command): string {
  const at = command[0] === 'EVAL' ? 3 : command[0] === 'XREAD' ? command.indexOf('STREAMS') + 1 : 1;
  return command[at] ?? '';
}

/** Returns the slot of a key in a cluster: CRC16 (XMODEM) of its hash tag, or of all of it. */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(hashTagOf(key) ?? key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x80_00 ? 0x10_21 : 0)) & 0xff_ff;
  }
  return crc % slotCount;
}

/** Returns what is between the first `{` and the next `}`, unless there is nothing between them. */
function hashTagOf(key: string): string | undefined {
  const start = key.indexOf('{') + 1;
  const end = start === 0 ? -1 : key.indexOf('}', start);
  return end > start ? key.slice(start, end) : undefined;
}

/**
 * Returns a prefix whose keys are all in one slot of a cluster: the same one if it has a hash tag, or else with one at its
 * end. `before` is what the client puts before every key.
 */
export function toTagged(prefix: string, before: string): string {
  if (hashTagOf(before + prefix) !== undefined) return prefix;
  const tagged = `${prefix}{${prefix.replaceAll(/[{}]/g, '') || 'keys'}}`;
  if (hashTagOf(before + tagged) !== undefined) return tagged;
  throw new TypeError(
    `the prefix ${JSON.stringify(before + prefix)} has {}, after which a cluster cannot keep keys together; remove it, or write a name between the braces`,
  );
}
