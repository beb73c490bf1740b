/** In which zone a person writes a time. */
export type Zone = 'utc' | 'local';

/**
 * Writes what a `datetime-local` input holds as a date-time of RFC 3339, in the first form that `accepts` takes. It is in UTC,
 * because many schemas take nothing else; a schema without a zone gets what the clock shows.
 */
export function toDateTime(
  text: string,
  zone: Zone,
  accepts: (text: string) => boolean = () => true,
): string {
  const whole = /T\d\d:\d\d$/.test(text) ? `${text}:00` : text;
  const moment = new Date(zone === 'utc' ? `${whole}Z` : whole);
  if (Number.isNaN(moment.getTime())) return text;
  const utc = moment.toISOString();
  const forms = [utc.replace('.000Z', 'Z'), utc, whole];
  return forms.find(accepts) ?? forms[0]!;
}

/** Reads a date-time for a `datetime-local` input: in UTC if it says so, else in the zone of the browser. */
export function fromDateTime(text: string): { local: string; zone: Zone } | undefined {
  if (!/^\d{4}-\d\d-\d\d[Tt ]/.test(text)) return undefined;
  if (!/([Zz]|[+-]\d\d:?\d\d)$/.test(text)) return { local: text, zone: 'local' };
  const moment = new Date(text.replace(' ', 'T'));
  if (Number.isNaN(moment.getTime())) return undefined;
  const zone = /[Zz]$/.test(text) ? 'utc' : 'local';
  return { local: toInput(moment, zone), zone };
}

function toInput(moment: Date, zone: Zone): string {
  const shifted = zone === 'utc' ? moment : new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().replace(/(?:\.000)?Z$/, '');
}
