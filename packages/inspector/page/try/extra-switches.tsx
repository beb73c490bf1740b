import type { Tool } from '@modelcontextprotocol/client';
import { useId } from 'react';
import { type Extras, extrasOf } from './extras.ts';

interface ExtraSwitchesProps {
  tool: Tool;
  extras: Extras;
  onChange: (extras: Extras) => void;
}

/** Switches for the arguments that are not the procedure's: dry run, idempotency key, fields and cursor. */
export function ExtraSwitches({ tool, extras, onChange }: ExtraSwitchesProps) {
  const id = useId();
  const known = extrasOf(tool);
  if (known.length === 0) return null;
  const change = (name: keyof Extras, value: unknown) => {
    const { [name]: _, ...rest } = extras;
    onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  return (
    <fieldset className="try-extras">
      <legend>How it runs</legend>
      {known.includes('_dryRun') && (
        <label>
          <input
            type="checkbox"
            checked={extras._dryRun === true}
            onChange={(event) => change('_dryRun', event.target.checked || undefined)}
          />{' '}
          Dry run: tell what the call would do, and change nothing
        </label>
      )}
      {known.includes('_idempotencyKey') && (
        <div className="field">
          <label className="field-label" htmlFor={`${id}key`}>
            Idempotency key
          </label>
          <p className="field-hint" id={`${id}about-key`}>
            A call with the key of an earlier one does nothing, and shows the answer that was kept.
          </p>
          <div className="field-row">
            <input
              id={`${id}key`}
              aria-describedby={`${id}about-key`}
              value={extras._idempotencyKey ?? ''}
              onChange={(event) => change('_idempotencyKey', event.target.value || undefined)}
            />
            <button type="button" onClick={() => change('_idempotencyKey', newKey())}>
              Make a key
            </button>
          </div>
        </div>
      )}
      {known.includes('_fields') && <Fields tool={tool} extras={extras} change={change} />}
      {known.includes('_cursor') && (
        <div className="field">
          <label className="field-label" htmlFor={`${id}cursor`}>
            Cursor, from a result that was cut
          </label>
          <input
            id={`${id}cursor`}
            value={extras._cursor ?? ''}
            onChange={(event) => change('_cursor', event.target.value || undefined)}
          />
        </div>
      )}
    </fieldset>
  );
}

/** The fields to return: boxes where the schema names them, else their paths. */
function Fields({
  tool,
  extras,
  change,
}: {
  tool: Tool;
  extras: Extras;
  change: (name: '_fields', value: unknown) => void;
}) {
  const id = useId();
  const property = (tool.inputSchema.properties as Record<string, { items?: { enum?: unknown } }>)['_fields'];
  const names = Array.isArray(property?.items?.enum) ? (property.items.enum as string[]) : undefined;
  const chosen = extras._fields ?? [];
  if (names)
    return (
      <fieldset className="field-boxes">
        <legend>Fields to return; all, if none is chosen</legend>
        {names.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={(event) => {
                const next = names.filter((each) =>
                  each === name ? event.target.checked : chosen.includes(each),
                );
                change('_fields', next.length > 0 ? next : undefined);
              }}
            />{' '}
            {name}
          </label>
        ))}
      </fieldset>
    );
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        Fields to return, one a line, such as items.id
      </label>
      <textarea
        id={id}
        rows={2}
        value={chosen.join('\n')}
        onChange={(event) =>
          change(
            '_fields',
            event.target.value === '' ? undefined : event.target.value.split('\n').map((line) => line.trim()),
          )
        }
      />
    </div>
  );
}

/** `crypto.randomUUID` is missing where the page was opened over plain HTTP. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
