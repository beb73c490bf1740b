import type { Week } from './use-sign-ups.ts';

/** Writes how a week compares with the one before: `+12.5 %`. */
export function toChange({ changePercent }: Pick<Week, 'changePercent'>): string {
  if (changePercent === null) return 'nothing to compare with';
  const sign = changePercent > 0 ? '+' : changePercent < 0 ? '−' : '±';
  return `${sign}${Math.abs(changePercent)} %`;
}

/** Writes the Monday that a week begins with, as UTC has it. */
export function toDay({ startsAt }: Pick<Week, 'startsAt'>): string {
  return startsAt.toLocaleDateString('en-US', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** Says in words what the chart shows of the newest weeks. */
export function toSummary(weeks: readonly Week[]): string {
  const running = weeks.find((week) => week.running);
  const last = weeks.findLast((week) => !week.running);
  return [
    last && `The last whole week had ${count(last)} (${toChange(last)} on the week before).`,
    running &&
      `The running week has ${count(running)} so far (${toChange(running)} on the same days of the week before).`,
  ]
    .filter(Boolean)
    .join(' ');
}

function count({ signUps }: Week): string {
  return signUps === 1 ? '1 sign-up' : `${signUps} sign-ups`;
}
