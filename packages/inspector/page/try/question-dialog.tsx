import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { type Question, questions } from '../session/questions.ts';
import { useStore } from '../store.ts';
import { toArguments } from './form/arguments.ts';
import { checkValue } from './form/check.ts';
import { toFormSchema } from './form/form-schema.ts';
import { idOf, SchemaForm } from './form/schema-form.tsx';
import { ProblemList } from './problem-list.tsx';

/** The oldest question that waits for the person, as a dialog. */
export function QuestionDialog() {
  const all = useStore(questions);
  const [first] = all;
  return first ? <Dialog key={first.id} question={first} waiting={all.length - 1} /> : null;
}

function Dialog({ question, waiting }: { question: Question; waiting: number }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    if (!dialog.current?.open) dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const { params, answer } = question;
  return (
    <dialog
      ref={dialog}
      className="question"
      aria-labelledby={`${id}title`}
      onCancel={(event) => {
        event.preventDefault();
        answer({ action: 'cancel' });
      }}
    >
      <h2 id={`${id}title`}>The tool asks</h2>
      <p className="question-message">{params.message}</p>
      {params.mode === 'url' ? (
        <Visit url={params.url} answer={answer} />
      ) : (
        <Answer schema={params.requestedSchema} answer={answer} />
      )}
      {waiting > 0 && (
        <p className="field-hint">
          {waiting === 1 ? 'One more question waits.' : `${waiting} more questions wait.`}
        </p>
      )}
    </dialog>
  );
}

type Answering = Pick<Question, 'answer'>;

/** A form. Without fields it is a yes or no. */
function Answer({ schema, answer }: Answering & { schema: object }) {
  const prefix = useId();
  const form = useMemo(() => toFormSchema(schema), [schema]);
  const initial = useMemo(() => readDefaults(schema), [schema]);
  const [data, setData] = useState<unknown>(initial);
  const [isChecked, setChecked] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const content = useMemo(() => toArguments(data, form), [data, form]);
  const problems = useMemo(() => checkValue(schema, content), [schema, content]);
  const accept = () => {
    setChecked(true);
    if (problems.length > 0) requestAnimationFrame(() => summary.current?.focus());
    else answer({ action: 'accept', content: content as never });
  };
  const isBad = isChecked && problems.length > 0;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        accept();
      }}
    >
      <SchemaForm
        schema={form}
        initial={initial}
        prefix={prefix}
        problems={isChecked ? problems : []}
        onChange={setData}
      />
      {isBad && (
        <ProblemList
          title="The answer is not what the tool asks for. Correct it, or send it anyway."
          ref={summary}
          problems={problems}
          toId={(path) => idOf(prefix, path)}
        />
      )}
      <div className="try-buttons">
        <button type="submit" className="primary">
          Accept
        </button>
        {isBad && (
          <button type="button" onClick={() => answer({ action: 'accept', content: content as never })}>
            Send anyway
          </button>
        )}
        <Refusals answer={answer} />
      </div>
    </form>
  );
}

/** A page of the app that the person is to visit. It opens in a tab that knows nothing of this one. */
function Visit({ url, answer }: Answering & { url: string }) {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = target?.protocol === 'https:' || target?.protocol === 'http:';
  const visit = () => {
    window.open(target!.href, '_blank', 'noopener,noreferrer');
    answer({ action: 'accept' });
  };
  return (
    <>
      {isWeb ? (
        <p>
          It wants you to open a page of <strong>{target.host}</strong>:
        </p>
      ) : (
        <p role="alert">
          It names an address that this page does not open, because it is not one of the web:
        </p>
      )}
      <pre tabIndex={0}>{isWeb ? target.href : url}</pre>
      <div className="try-buttons">
        {isWeb && (
          <button type="button" className="primary" onClick={visit}>
            Open {target.host}
          </button>
        )}
        <Refusals answer={answer} />
      </div>
    </>
  );
}

function Refusals({ answer }: Answering) {
  return (
    <>
      <button type="button" onClick={() => answer({ action: 'decline' })}>
        Decline
      </button>
      <button type="button" onClick={() => answer({ action: 'cancel' })}>
        Close
      </button>
    </>
  );
}

/** The answers to a question start with its defaults: what is accepted is all that the app gets. */
function readDefaults(schema: object): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, { default?: unknown }> };
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) =>
      property.default === undefined ? [] : [[name, property.default]],
    ),
  );
}
