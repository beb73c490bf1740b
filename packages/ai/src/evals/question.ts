import type { OnElicit } from '@trpc-mcp/core/caller';
import type { EvalConsent } from './case.ts';

/** What tools asked the person, and what stood in the way of an answer. */
export interface Asked {
  questions: string[];
  /** Questions that the case does not answer, in sentences. */
  unanswered: string[];
}

/** Answers what tools ask, as a case says. */
export function toOnElicit(consent: EvalConsent | undefined, asked: Asked): OnElicit {
  return async (params, about) => {
    asked.questions.push(params.message);
    if (typeof consent === 'function') return consent(params, about);
    if (consent === 'decline') return { action: 'decline' };
    if (consent === undefined) {
      asked.unanswered.push(
        `${about.tool} asked ${JSON.stringify(params.message)}, and the case does not say what the person answers. Set consent to 'accept', 'decline' or a function.`,
      );
      return { action: 'cancel' };
    }
    if (!('requestedSchema' in params)) return { action: 'accept' };
    const { properties, required = [] } = params.requestedSchema as {
      properties: Record<string, { type?: string; default?: unknown }>;
      required?: string[];
    };
    const content = Object.fromEntries(
      Object.entries(properties).flatMap(([name, field]) => {
        if (field.default !== undefined) return [[name, field.default]];
        return field.type === 'boolean' ? [[name, true]] : [];
      }),
    ) as Record<string, string | number | boolean | string[]>;
    const open = required.filter((name) => !Object.hasOwn(content, name));
    if (open.length === 0) return { action: 'accept', content };
    asked.unanswered.push(
      `${about.tool} asked ${JSON.stringify(params.message)}, and 'accept' does not say what to fill in for ${open.join(', ')}. Set consent to a function that returns { action: 'accept', content }.`,
    );
    return { action: 'cancel' };
  };
}
