const format = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Writes a moment as the time of day in the person's own way: `14:03:20`. */
export function toClock(at: number): string {
  return format.format(at);
}
