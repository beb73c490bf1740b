import type { Run } from './run.ts';

/** Scenarios that do not pass, with the reason. If one passes, it has to be removed from the list. */
export interface ExpectedFailure {
  /** The runs in which the scenario fails: all that have these properties. */
  where: Partial<Run>;
  /** What the suite reports. A scenario with a warning still passes. A skipped one found nothing to check. */
  outcome: 'failed' | 'warned' | 'skipped';
  scenarios: string[];
  /** A sentence for docs/reference/conformance.md. */
  reason: string;
}

export const expectedFailures: ExpectedFailure[] = [
  {
    where: { revision: '2025-11-25', legacy: 'stateless' },
    outcome: 'failed',
    scenarios: [
      'tools-call-sampling',
      'tools-call-elicitation',
      'elicitation-sep1034-defaults',
      'elicitation-sep1330-enums',
    ],
    reason:
      'Before 2026, a server asks its client with a request of its own, whose answer is another HTTP request: ' +
      'only a session knows that the two belong together.',
  },
  {
    where: { revision: '2025-11-25', legacy: 'stateless' },
    outcome: 'warned',
    scenarios: ['server-sse-multiple-streams'],
    reason: 'The suite warns that there is no session, and looks no further.',
  },
  {
    where: { revision: '2025-11-25', legacy: 'stateless' },
    outcome: 'warned',
    scenarios: ['server-sse-polling'],
    reason: 'A stream that can be taken up again is kept in a session.',
  },
  {
    where: { revision: '2025-11-25', legacy: 'sessions', suite: 'conformance-2025' },
    outcome: 'skipped',
    scenarios: ['server-sse-polling'],
    reason: 'A stream that broke off cannot be taken up again: nothing that was sent is kept.',
  },
  {
    where: { revision: '2026-07-28' },
    outcome: 'failed',
    scenarios: [
      'tasks-lifecycle',
      'tasks-capability-negotiation',
      'tasks-wire-fields',
      'tasks-request-state-removal',
      'tasks-mrtr-input',
      'tasks-request-headers',
      'tasks-dispatch-and-envelope',
      'tasks-required-task-error',
      'tasks-mrtr-composition',
    ],
    reason: 'The tasks extension is optional, and not part of this package.',
  },
];
