import { useId } from 'react';

export interface Decision {
  id: string;
  approved: boolean;
}

export interface ConsentProps {
  /** The approval that is asked for. */
  id: string;
  question: string;
  onDecide: (decision: Decision) => void;
}

/** Asks the person before a call runs. */
export function Consent({ id, question, onDecide }: ConsentProps) {
  const title = useId();
  return (
    <section className="consent" aria-labelledby={title}>
      <h3 id={title}>Your consent</h3>
      <p>{question}</p>
      <p className="decision">
        <button type="button" className="primary" onClick={() => onDecide({ id, approved: true })}>
          Yes, do it
        </button>
        <button type="button" onClick={() => onDecide({ id, approved: false })}>
          No
        </button>
      </p>
    </section>
  );
}
