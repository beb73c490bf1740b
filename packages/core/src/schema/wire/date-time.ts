// RFC 3339, as in the `date-time` format of JSON Schema. This must accept the same strings as a validator.
const dateTimePattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt\s](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/;
const usualPattern = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;
const plainDatePattern = /^(\d{4})-(\d\d)-(\d\d)$/;
const daysOfMonth = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isDateTime(text: string): boolean {
  return parseDateTime(text) !== undefined;
}

export function isPlainDate(text: string): boolean {
  const parts = plainDatePattern.exec(text);
  return parts !== null && isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/** Parses a date-time. Returns undefined if it is not one: 30 February, hour 25, or no offset. */
export function parseDateTime(text: string): Date | undefined {
  if (text.length > 64) return undefined;
  // A fast path for the usual form. The day must be checked too, because Date reads 30 February as 2 March.
  if (
    usualPattern.test(text) &&
    isDay(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)))
  ) {
    return new Date(text);
  }
  const parts = dateTimePattern.exec(text);
  if (parts === null || !isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) return undefined;
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6])];
  const sign = parts[8] === '-' ? -1 : 1;
  const [offsetHour, offsetMinute] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)];
  if (offsetHour > 23 || offsetMinute > 59) return undefined;
  if (hour > 23 || minute > 59 || second > 59) {
    if (!isLeapSecond(hour, minute, second, sign, offsetHour, offsetMinute)) return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  const milliseconds = parts[7] === undefined ? 0 : Math.trunc(Number(`0${parts[7]}`) * 1000 + 1e-9);
  date.setUTCHours(hour - sign * offsetHour, minute - sign * offsetMinute, second, milliseconds);
  return date;
}

function isDay(year: number, month: number, day: number): boolean {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month >= 1 && month <= 12 && day >= 1 && day <= (leap ? 29 : daysOfMonth[month]!);
}

// Whether a time is 23:59:60 in UTC, whatever its offset.
function isLeapSecond(
  hour: number,
  minute: number,
  second: number,
  sign: number,
  offH: number,
  offM: number,
): boolean {
  if (second !== 60) return false;
  const utcMinute = minute - offM * sign;
  const utcHour = hour - offH * sign - (utcMinute < 0 ? 1 : 0);
  return (utcHour === 23 || utcHour === -1) && (utcMinute === 59 || utcMinute === -1);
}
