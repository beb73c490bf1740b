import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { ShortText } from '../parts/plain-text.tsx';
import { attempt, connection } from '../session/connection.ts';

/** What the values belong to. */
export type CompletionReference =
  { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };

/** A field whose values the endpoint proposes while one types. */
export function CompletionField(props: {
  label: string;
  hint?: string | undefined;
  isRequired?: boolean;
  reference: CompletionReference;
  argument: string;
  /** The values of all fields, because those of one may depend on the others. */
  values: Readonly<Record<string, string>>;
  onChange: (value: string) => void;
}) {
  const { label, hint, isRequired = true, reference, argument, values, onChange } = props;
  const id = useId();
  const value = values[argument] ?? '';
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const proposals = useCompletion(isOpen, reference, argument, values);
  const isShown = isOpen && proposals.length > 0;
  const choose = (proposal: string) => {
    onChange(proposal);
    setOpen(false);
    setActive(-1);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      // One more place than there are proposals: the field itself.
      const places = proposals.length + 1;
      setActive((at) => ((at + 1 + step + places) % places) - 1);
    } else if (event.key === 'Enter' && isShown && proposals[active] !== undefined) {
      event.preventDefault();
      choose(proposals[active]);
    } else if (event.key === 'Escape' && isShown) {
      event.preventDefault();
      setOpen(false);
      setActive(-1);
    }
  };
  return (
    <div className="field">
      <label htmlFor={id}>
        <ShortText text={label} /> {isRequired && <span className="required">required</span>}
      </label>
      {hint !== undefined && (
        <span className="faint" id={`${id}-hint`}>
          <ShortText text={hint} most={300} />
        </span>
      )}
      <input
        id={id}
        role="combobox"
        autoComplete="off"
        required={isRequired}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        aria-activedescendant={isShown && active >= 0 ? `${id}-${active}` : undefined}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={press}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={`Proposals for ${label}`} hidden={!isShown}>
        {proposals.map((proposal, index) => (
          // The field keeps the focus, so that its keys are pressed there.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={proposal}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(proposal)}
          >
            <ShortText text={proposal} />
          </li>
        ))}
      </ul>
    </div>
  );
}

const pauseMs = 120;
const mostProposals = 50;

function useCompletion(
  isWanted: boolean,
  reference: CompletionReference,
  argument: string,
  values: Readonly<Record<string, string>>,
): readonly string[] {
  const [proposals, setProposals] = useState<readonly string[]>([]);
  const { [argument]: value = '', ...others } = values;
  const key = JSON.stringify([reference, argument, value, others]);
  useEffect(() => {
    const open = connection.get();
    if (!isWanted || open.kind !== 'open' || !open.capabilities.completions) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const { completion } = await attempt((client) =>
          client.complete(
            { ref: reference, argument: { name: argument, value }, context: { arguments: others } },
            { signal: stop.signal },
          ),
        );
        if (!stop.signal.aborted) setProposals([...new Set(completion.values)].slice(0, mostProposals));
      } catch {
        // A field without proposals is still a field.
        if (!stop.signal.aborted) setProposals([]);
      }
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // The key stands for what it is made of.
  }, [isWanted, key]);
  return proposals;
}
