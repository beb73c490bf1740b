import type { Notice } from '../session/notices.ts';
import { PlainText } from '../parts/plain-text.tsx';
import { JsonText } from '../parts/json-text.tsx';
import { toClock } from './clock.ts';
import { toNoticeWords } from './notice-words.ts';

/** One notification: when it came, what it means, and what was sent. */
export function NoticeItem({ notice: { at, method, params } }: { notice: Notice }) {
  return (
    <li>
      <time dateTime={new Date(at).toISOString()}>{toClock(at)}</time>
      <div>
        <PlainText text={toNoticeWords(method, params)} most={500} />
        <details>
          <summary>
            <code>{method}</code>
          </summary>
          <JsonText value={params} label={`Parameters of ${method}`} />
        </details>
      </div>
    </li>
  );
}
