import { type DynamicToolUIPart, getToolName, type ToolUIPart } from 'ai';
import { toLine } from '../activity/line.ts';
import { Consent, type Decision } from './consent.tsx';
import { Figures } from './figures/figures.tsx';
import { toData } from './figures/data.ts';
import { toShownJson } from './shown.ts';

type Part = ToolUIPart | DynamicToolUIPart;

export interface ToolCallProps {
  part: Part;
  question: string | undefined;
  isOpen: boolean;
  /** Whether the answer that it is in goes on. */
  isRunning: boolean;
  onDecide: (decision: Decision) => void;
}

/** One call of a tool: what was called, what came of it, and the question if there is one. */
export function ToolCall({ part, question, isOpen, isRunning, onDecide }: ToolCallProps) {
  const name = getToolName(part);
  const line = toLine(part.input);
  return (
    <div className="call">
      <details>
        <summary>
          <b>{part.title ?? name}</b> {line !== '' && <code>{line}</code>}{' '}
          <Outcome part={part} isRunning={isRunning} />
        </summary>
        <h3>
          Arguments of <code>{name}</code>
        </h3>
        <pre tabIndex={0}>{toShownJson(part.input)}</pre>
        {part.state === 'output-available' && (
          <>
            <h3>Result</h3>
            <pre tabIndex={0}>{toShownJson(part.output)}</pre>
          </>
        )}
      </details>
      {part.state === 'approval-requested' && isOpen && (
        <Consent id={part.approval.id} question={question ?? `Run ${name}?`} onDecide={onDecide} />
      )}
      {part.state === 'output-error' && <p className="refusal">{part.errorText}</p>}
      {part.state === 'output-available' && <Figures data={toData(part.output)} title={part.title ?? name} />}
    </div>
  );
}

function Outcome({ part, isRunning }: { part: Part; isRunning: boolean }) {
  const [kind, words] = isRunning ? outcomes[part.state] : toEnded(part);
  return <span className={`outcome ${kind}`}>{words}</span>;
}

type OutcomeWords = [kind: '' | 'good' | 'bad', words: string];

/** What became of a call when its answer does not go on: the person has stopped it, or has other questions to answer. */
function toEnded(part: Part): OutcomeWords {
  switch (part.state) {
    case 'input-streaming':
    case 'input-available':
      return ['', 'was stopped'];
    case 'approval-responded':
      return ['', part.approval.approved ? 'you said yes' : 'you said no'];
    default:
      return outcomes[part.state];
  }
}

const outcomes: Record<Part['state'], OutcomeWords> = {
  'input-streaming': ['', 'is being written'],
  'input-available': ['', 'runs'],
  'approval-requested': ['', 'waits for you'],
  'approval-responded': ['', 'runs'],
  'output-available': ['good', 'done'],
  'output-error': ['bad', 'refused'],
  'output-denied': ['', 'you said no'],
};
