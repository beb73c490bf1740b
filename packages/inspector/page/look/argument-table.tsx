import { useMemo } from 'react';
import { PlainText } from '../parts/plain-text.tsx';
import { type Argument, toArguments } from './argument.ts';

/** What a schema names, in words: arguments, or fields of a result. */
export function ArgumentTable({ schema, empty, label }: { schema: unknown; empty: string; label: string }) {
  const { all, areMore } = useMemo(() => toArguments(schema), [schema]);
  if (all.length === 0) return <p>{empty}</p>;
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keyboard */}
      <div className="scrolls" tabIndex={0} role="region" aria-label={label}>
        <table className="arguments">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Meaning</th>
            </tr>
          </thead>
          <tbody>
            {all.map((argument, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- a schema may name the same field twice
              <ArgumentRow key={index} argument={argument} />
            ))}
          </tbody>
        </table>
      </div>
      {areMore && <p className="faint">There are more, which the schema as JSON has.</p>}
    </>
  );
}

function ArgumentRow({ argument }: { argument: Argument }) {
  const { path, level, type, isRequired, description, default: byDefault, limits } = argument;
  return (
    <tr>
      <th scope="row" style={{ paddingInlineStart: `${0.5 + Math.min(level, 8) * 0.75}rem` }}>
        <code>
          <PlainText text={path} most={200} />
        </code>
        {isRequired && <span className="required"> required</span>}
      </th>
      <td>
        <PlainText text={type} most={500} />
        {limits.length > 0 && (
          <div className="faint">
            <PlainText text={limits.join(', ')} most={300} />
          </div>
        )}
      </td>
      <td>
        {description !== undefined && <PlainText text={description} most={500} />}
        {byDefault !== undefined && (
          <div className="faint">
            Without it: <PlainText text={byDefault} most={200} />
          </div>
        )}
      </td>
    </tr>
  );
}
