import { aiko, articles, jonas, type tokens } from '../sample/cast.ts';

/** What each of the four people can try in the chat. The page has a button for each. */
export const examples: Record<keyof typeof tokens, readonly string[]> = {
  viewer: [
    'How many new users did we get, week over week?',
    'List the customers in a trial.',
    'How much did we invoice each month?',
    `Deactivate ${jonas.email}.`,
  ],
  support: [
    `Extend ${aiko.name}'s trial by 1 week.`,
    `Rename my post '${articles.byTom}' to 'When a trial ends'.`,
    `Rename the post '${articles.byMara}' to 'Tidy invoices'.`,
    'Which invoices are overdue?',
  ],
  admin: [
    `Deactivate ${jonas.email}.`,
    `Reactivate ${jonas.email}.`,
    `Can you rename the post '${articles.byTom}' to 'The last day of a trial'?`,
    'How many new users did we get, week over week?',
  ],
  customer: [
    `Can you rename my post '${articles.byMara}' to 'Invoices that file themselves'?`,
    'Which invoices do I have?',
    'Move me to the business plan.',
    'What may I do?',
  ],
};
