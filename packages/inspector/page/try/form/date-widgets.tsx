import type { WidgetProps } from '@rjsf/utils';
import { ariaDescribedByIds } from '@rjsf/utils';
import { useState } from 'react';
import { isValid } from './check.ts';
import { fromDateTime, toDateTime, type Zone } from './date-time.ts';

/** A moment: what the clock shows, where it hangs, and what is sent of both. */
export function DateTimeWidget({ id, value, schema, label, onChange }: WidgetProps) {
  const [{ local, zone }, setShown] = useState<{ local: string; zone: Zone }>(
    () => (typeof value === 'string' ? fromDateTime(value) : undefined) ?? { local: '', zone: 'local' },
  );
  const accepts = (text: string) => isValid(schema['wire'] as object, text);
  const change = (next: { local: string; zone: Zone }) => {
    setShown(next);
    onChange(next.local === '' ? undefined : toDateTime(next.local, next.zone, accepts));
  };
  return (
    <div className="field-row">
      <input
        id={id}
        type="datetime-local"
        step="1"
        value={local}
        aria-describedby={`${ariaDescribedByIds(id)} ${id}/sent`}
        onChange={(event) => change({ local: event.target.value, zone })}
      />
      <select
        aria-label={`Time zone of ${label}`}
        value={zone}
        onChange={(event) => change({ local, zone: event.target.value as Zone })}
      >
        <option value="local">{Intl.DateTimeFormat().resolvedOptions().timeZone} (this browser)</option>
        <option value="utc">UTC</option>
      </select>
      <span id={`${id}/sent`} className="field-hint">
        {typeof value === 'string' && `Sent as ${value}`}
      </span>
    </div>
  );
}

export function DateWidget({ id, value, onChange }: WidgetProps) {
  return (
    <input
      id={id}
      type="date"
      value={typeof value === 'string' ? value : ''}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}

/** A time of the day, in whichever form the schema takes: with seconds, and with `Z` where it wants a zone. */
export function TimeWidget({ id, value, schema, onChange }: WidgetProps) {
  const shown =
    typeof value === 'string' ? (/^\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?/.exec(value)?.[0] ?? '') : '';
  const change = (text: string) => {
    if (text === '') return onChange(undefined);
    const whole = text.length === 5 ? `${text}:00` : text;
    const forms = [whole, `${whole}Z`, text];
    onChange(forms.find((form) => isValid(schema['wire'] as object, form)) ?? whole);
  };
  return (
    <input
      id={id}
      type="time"
      step="1"
      value={shown}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => change(event.target.value)}
    />
  );
}
