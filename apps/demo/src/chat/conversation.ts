import { z } from 'zod';

/**
 * What the page sends: who it believes is signed in, and the whole conversation.
 *
 * The server keeps no conversation, so somebody can send one that never took place. They deceive only the model that
 * works for themselves, and what it may do is decided at each call, by the person whose cookie came with the request:
 *
 * - A made-up answer or result of a tool is nothing else than another way to tell the model something.
 * - A made-up consent is refused. The server signs each question that it asks, for this person and these arguments, and
 *   runs an approved call only with that signature (`answer.ts`). Another website cannot send anything, because the
 *   route looks at `Origin`.
 * - A `system` message would replace what the model was told, and a `file` may name an address that the server would
 *   fetch. The schema knows neither. What providers add to texts and calls is left out, because it can do the
 *   same.
 */
export const conversationInput = z.object({
  person: z.string().max(100),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.object({ role: z.literal('user'), id: id(), parts: z.array(text(8000)).min(1).max(20) }),
        z.object({
          role: z.literal('assistant'),
          id: id(),
          parts: z.array(z.unknown()).max(500).transform(keepParts),
        }),
      ]),
    )
    .min(1)
    .max(200)
    .refine(isOpen, 'The last message has to be one of the person, or to have their answer to a question.'),
});

export type Conversation = z.output<typeof conversationInput>;

function id() {
  return z.string().max(100);
}

function text(most: number) {
  return z.object({ type: z.literal('text'), text: z.string().max(most) });
}

const step = z.object({ type: z.literal('step-start') });

// `validateUIMessages` of the AI SDK checks the rest, with the schemas of the tools.
const call = z
  .looseObject({
    type: z.string().startsWith('tool-'),
    toolCallId: id(),
    state: z.string(),
    // A call that the provider of the model ran. No tool here is of that kind.
    providerExecuted: z.never().optional(),
  })
  .transform(dropMetadata);

// A call of a tool that does not exist, or with arguments that are no JSON.
const failedCall = z
  .looseObject({
    type: z.literal('dynamic-tool'),
    toolName: z.string().max(200),
    toolCallId: id(),
    state: z.literal('output-error'),
    providerExecuted: z.never().optional(),
  })
  .transform(dropMetadata);

/**
 * Leaves out what the provider of the model has added to a call and its result. The AI SDK sends it back to the provider as
 * options, and some providers copy those into the message: `role: 'system'` too. A provider that has to read its own notes
 * again, such as the thought signatures of Gemini, needs a server that keeps the conversation.
 */
function dropMetadata<TPart extends object>(part: TPart): TPart {
  const kept = Object.entries(part).filter(([key]) => !/providerMetadata$/i.test(key));
  // Cast: the schema does not name what is left out.
  return Object.fromEntries(kept) as TPart;
}

const assistantPart = z.union([text(100_000), step, call, failedCall]);

/** Keeps what a model has to read again. The page also has questions, and thoughts of the model. */
function keepParts(parts: unknown[], context: z.RefinementCtx) {
  return parts.flatMap((part, index) => {
    const type = z.looseObject({ type: z.string() }).safeParse(part).data?.type;
    if (type === 'reasoning' || type?.startsWith('data-')) return [];
    const read = assistantPart.safeParse(part);
    if (read.success) return [read.data];
    context.addIssue({
      code: 'custom',
      path: [index],
      message: 'This is no part of an answer.',
      input: part,
    });
    return [];
  });
}

function isOpen(messages: { role: string; parts: object[] }[]): boolean {
  const last = messages.at(-1);
  return (
    last?.role === 'user' ||
    Boolean(last?.parts.some((part) => 'state' in part && part.state === 'approval-responded'))
  );
}
