import { toShownJson } from '../chat/shown.ts';
import { toLine } from './line.ts';

const longest = 90;

/** Shows the arguments of a call in one line, and whole ones when that is too short. */
export function Arguments({ value }: { value: unknown }) {
  const text = toLine(value);
  if (text === '') return <span className="faint">no arguments</span>;
  if (text.length <= longest) return <code>{text}</code>;
  return (
    <details>
      <summary>
        <code>{`${text.slice(0, longest)}…`}</code>
      </summary>
      <pre>{toShownJson(value)}</pre>
    </details>
  );
}
