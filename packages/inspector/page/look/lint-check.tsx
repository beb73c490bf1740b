import type { LintFinding } from '@trpc-mcp/core/clients';
import { PlainText, ShortText } from '../parts/plain-text.tsx';
import { connection } from '../session/connection.ts';
import { listing } from '../session/listing.ts';
import { useStore } from '../store.ts';
import { findByLint } from './check.ts';
import { hashOf } from './entry.ts';
import { useLateValue } from './late-value.ts';
import { toMessage } from './list-status.tsx';

/** What the lint of this project says of one tool, or of the whole list. */
export function LintCheck({ tool }: { tool?: string }) {
  const listed = useStore(listing);
  const open = useStore(connection);
  const instructions = open.kind === 'open' ? open.instructions : undefined;
  const late = useLateValue(
    () => (listed ? findByLint(listed, { instructions }) : []),
    [listed, instructions],
  );
  if (late === undefined) return <p role="status">Checking…</p>;
  if ('error' in late)
    return (
      <p role="status">
        The list could not be checked: <PlainText text={toMessage(late.error)} />
      </p>
    );
  const found = late.value.filter((finding) => tool === undefined || finding.tool === tool);
  if (found.length === 0) return <p>The lint finds nothing to change.</p>;
  return (
    <>
      {tool === undefined && <LintSummary found={found} />}
      <ul className="findings">
        {found.slice(0, mostFindings).map((finding, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two findings may say the same
          <li key={index} className={finding.severity}>
            <strong>{finding.severity === 'error' ? 'Error' : 'Warning'}</strong> <code>{finding.code}</code>{' '}
            {finding.tool !== undefined && finding.tool !== tool && (
              <>
                <a href={hashOf(finding.tool)}>
                  <ShortText text={finding.tool} />
                </a>
                :{' '}
              </>
            )}
            {finding.place !== undefined && (
              <>
                at{' '}
                <code>
                  <ShortText text={finding.place} most={200} />
                </code>
                :{' '}
              </>
            )}
            <PlainText text={finding.message} most={500} />. To change it:{' '}
            <PlainText text={finding.fix} most={500} />.
          </li>
        ))}
      </ul>
      {found.length > mostFindings && <p className="faint">And {found.length - mostFindings} more.</p>}
    </>
  );
}

function LintSummary({ found }: { found: readonly LintFinding[] }) {
  const errors = found.filter(({ severity }) => severity === 'error').length;
  const tools = new Set(found.flatMap(({ tool }) => (tool === undefined ? [] : [tool]))).size;
  return (
    <p>
      {toCount(errors, 'error')} and {toCount(found.length - errors, 'warning')}, in {toCount(tools, 'tool')}.
    </p>
  );
}

function toCount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

const mostFindings = 100;
