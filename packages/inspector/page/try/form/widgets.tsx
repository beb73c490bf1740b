import type { RegistryWidgetsType, WidgetProps } from '@rjsf/utils';
import { ariaDescribedByIds } from '@rjsf/utils';
import { useState } from 'react';
import { DateTimeWidget, DateWidget, TimeWidget } from './date-widgets.tsx';
import { BytesWidget, FileWidget } from './file-widgets.tsx';
import type { Choice } from './form-schema.ts';

/** The input for each `format` of a form schema. */
export const widgets: RegistryWidgetsType = {
  line: LineWidget,
  text: AreaWidget,
  number: NumberWidget,
  bigint: BigintWidget,
  choice: ChoiceWidget,
  choices: ChoicesWidget,
  json: JsonWidget,
  file: FileWidget,
  bytes: BytesWidget,
  'date-time': DateTimeWidget,
  date: DateWidget,
  time: TimeWidget,
};

/** A text that was cleared is left out where it is optional, and empty where it is required. */
function toText(text: string, required: boolean | undefined): string | undefined {
  return text === '' && !required ? undefined : text;
}

function LineWidget({ id, value, required, schema, onChange, onBlur }: WidgetProps) {
  const examples: unknown = schema.examples;
  return (
    <input
      id={id}
      type="text"
      value={asText(value)}
      placeholder={Array.isArray(examples) ? `such as ${String(examples[0])}` : undefined}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => onChange(toText(event.target.value, required))}
      onBlur={() => onBlur(id, value)}
    />
  );
}

function AreaWidget({ id, value, required, onChange }: WidgetProps) {
  return (
    <textarea
      id={id}
      rows={1}
      value={asText(value)}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => onChange(toText(event.target.value, required))}
    />
  );
}

/** A text that is no number stays as it is, so that it can be sent to see what the server says. */
function NumberWidget({ id, value, onChange }: WidgetProps) {
  const [text, setText] = useState(asText(value));
  const change = (next: string) => {
    setText(next);
    const number = Number(next);
    onChange(next.trim() === '' ? undefined : Number.isFinite(number) ? number : next);
  };
  return (
    <input
      id={id}
      type="text"
      inputMode="decimal"
      value={text}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => change(event.target.value)}
    />
  );
}

/** A whole number of any size is sent as a text. */
function BigintWidget({ id, value, onChange }: WidgetProps) {
  return (
    <input
      id={id}
      type="text"
      inputMode="numeric"
      value={asText(value)}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => onChange(event.target.value.trim() || undefined)}
    />
  );
}

function ChoiceWidget({ id, value, required, schema, onChange }: WidgetProps) {
  const choices = schema['choices'] as Choice[];
  const at = value === undefined ? -1 : choices.findIndex((choice) => Object.is(choice.value, value));
  // A required constant has no alternative: it is sent.
  const isFixed = required && choices.length === 1;
  return (
    <select
      id={id}
      value={isFixed ? 0 : at}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => onChange(choices[Number(event.target.value)]?.value)}
    >
      {!isFixed && <option value={-1}>{required ? 'Choose…' : 'Not sent'}</option>}
      {choices.map(({ label }, index) => (
        <option key={index} value={index}>
          {label}
        </option>
      ))}
    </select>
  );
}

function ChoicesWidget({ id, value, required, schema, onChange }: WidgetProps) {
  const choices = schema['choices'] as Choice[];
  const chosen: readonly unknown[] = Array.isArray(value) ? value : [];
  const toggle = (choice: unknown, isOn: boolean) => {
    const next = choices
      .map((each) => each.value)
      .filter((each) => (each === choice ? isOn : chosen.includes(each)));
    onChange(next.length === 0 && !required ? undefined : next);
  };
  return (
    <div id={id} role="group" tabIndex={-1} aria-labelledby={`${id}/label`} className="field-boxes">
      {choices.map(({ value: choice, label }, index) => (
        <label key={index}>
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            onChange={(event) => toggle(choice, event.target.checked)}
          />{' '}
          {label}
        </label>
      ))}
    </div>
  );
}

/** For values of any shape. */
function JsonWidget({ id, value, onChange }: WidgetProps) {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, undefined, 2)));
  const [isBad, setBad] = useState(false);
  const change = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() === '' ? undefined : (JSON.parse(next) as unknown));
      setBad(false);
    } catch {
      setBad(true);
    }
  };
  return (
    <>
      <textarea
        id={id}
        className="code"
        rows={3}
        value={text}
        placeholder="JSON"
        aria-invalid={isBad}
        aria-describedby={ariaDescribedByIds(id)}
        onChange={(event) => change(event.target.value)}
      />
      {isBad && (
        <p className="field-hint">
          This is not JSON yet. A text stands between quotes. The last JSON that stood here is sent.
        </p>
      )}
    </>
  );
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
