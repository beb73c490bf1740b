import type { Tool } from '@modelcontextprotocol/client';
import { useId, useMemo, useRef, useState } from 'react';
import { toHash, useRoute } from '../route.ts';
import { useStore } from '../store.ts';
import { Again } from './again.tsx';
import { Arguments, type Draft } from './arguments-editor.tsx';
import { drafts } from './drafts.ts';
import { ExtraSwitches } from './extra-switches.tsx';
import { extraNames, type Extras, extrasOf, splitExtras } from './extras.ts';
import { checkValue } from './form/check.ts';
import { toFormSchema } from './form/form-schema.ts';
import { idOf } from './form/schema-form.tsx';
import { readLinkArguments } from './link.ts';
import { ProblemList } from './problem-list.tsx';
import { RunView } from './run-view.tsx';
import { type Run, runs, startRun } from './runs.ts';

/** A form for the arguments of a tool, and what the last call with them gave. */
export function TryTool({ tool }: { tool: Tool }) {
  const { query } = useRoute();
  const given = query.get('args') ?? undefined;
  // Another link to the same tool fills the form anew.
  return <TryForm key={`${tool.name} ${given}`} tool={tool} given={given} />;
}

function TryForm({ tool, given }: { tool: Tool; given: string | undefined }) {
  const prefix = useId();
  const first = useMemo(() => readStart(tool, given), [tool, given]);
  const [draft, setDraft] = useState<Draft>({ own: first.own, unread: undefined });
  const [extras, setExtras] = useState<Extras>(first.extras);
  const [isChecked, setChecked] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const schema = useMemo(() => toFormSchema(tool.inputSchema, extrasOf(tool)), [tool]);
  const args = useMemo(() => ({ ...draft.own, ...extras }), [draft.own, extras]);
  const problems = useMemo(
    () => (isChecked ? checkValue(tool.inputSchema, args) : []),
    [tool, args, isChecked],
  );
  const last = useStore(runs).findLast((run) => run.tool.name === tool.name);
  const keep = (own: Record<string, unknown>, switches: Extras) =>
    drafts.set(tool.name, { own, extras: switches });
  const run = (isSure: boolean) => {
    setChecked(true);
    if (draft.unread !== undefined || (!isSure && checkValue(tool.inputSchema, args).length > 0)) {
      // The list is drawn first.
      requestAnimationFrame(() => summary.current?.focus());
      return;
    }
    void startRun(tool, structuredClone(args));
  };
  return (
    <section aria-label={`Try ${tool.name}`} className="try">
      <h2 className="unseen">Try it</h2>
      {first.isBadLink && (
        <p role="alert">The arguments of this link cannot be read. They have to be a JSON object.</p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run(false);
        }}
        noValidate
      >
        <Arguments
          tool={tool}
          schema={schema}
          prefix={prefix}
          draft={draft}
          problems={problems.filter(({ path: [name] }) => !extraNames.some((extra) => extra === name))}
          onChange={(next) => {
            setDraft(next);
            keep(next.own, extras);
          }}
        />
        <ExtraSwitches
          tool={tool}
          extras={extras}
          onChange={(next) => {
            setExtras(next);
            keep(draft.own, next);
          }}
        />
        {isChecked && (draft.unread !== undefined || problems.length > 0) && (
          <ProblemList
            ref={summary}
            title="The arguments do not follow the schema of the tool. Correct them, or send them anyway to see what the server answers."
            problems={draft.unread === undefined ? problems : [{ path: [], message: draft.unread }]}
            toId={(path) => idOf(prefix, path)}
          />
        )}
        <div className="try-buttons">
          <button type="submit" className="primary">
            Run
          </button>
          {isChecked && draft.unread === undefined && problems.length > 0 && (
            <button type="button" onClick={() => run(true)}>
              Send anyway
            </button>
          )}
        </div>
      </form>
      {last && <RunView key={last.id} run={last} />}
      {last && <Earlier tool={tool} />}
      <Again tool={tool} args={args} />
    </section>
  );
}

/** How many calls there were before the one that is shown. */
function Earlier({ tool }: { tool: Tool }) {
  const count = useStore(runs).filter((run: Run) => run.tool.name === tool.name).length;
  if (count < 2) return null;
  return (
    <p>
      {count - 1} earlier {count === 2 ? 'call' : 'calls'} of this tool: see the{' '}
      <a href={toHash(['history'])}>history</a>.
    </p>
  );
}

function readStart(
  tool: Tool,
  given: string | undefined,
): { own: Record<string, unknown>; extras: Extras; isBadLink: boolean } {
  const draft = drafts.get(tool.name);
  if (given === undefined) return { own: {}, extras: {}, ...draft, isBadLink: false };
  const args = readLinkArguments(given);
  return { ...splitExtras(tool, args ?? {}), isBadLink: args === undefined };
}
