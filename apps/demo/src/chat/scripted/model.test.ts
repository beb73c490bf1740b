import type {
  LanguageModelV3Prompt,
  LanguageModelV3StreamPart,
  LanguageModelV3ToolResultPart,
} from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { examples } from '../examples.ts';
import { scriptedModel } from './model.ts';

const all = [
  'posts_list',
  'posts_rename',
  'posts_publish',
  'customers_search',
  'customers_deactivate',
  'customers_reactivate',
  'subscriptions_extendTrial',
  'subscriptions_changePlan',
  'subscriptions_plans',
  'signUps_add',
  'reports_signUps',
  'invoices_list',
  'invoices_totals',
  'whoami',
];

type Output = LanguageModelV3ToolResultPart['output'];

/** Asks the model what it does about a sentence, after calls with these results. */
async function ask(sentence: string, outputs: Output[] = [], tools = all) {
  const prompt: LanguageModelV3Prompt = [
    { role: 'system', content: 'The back office.' },
    { role: 'user', content: [{ type: 'text', text: sentence }] },
    ...outputs.flatMap((output, index): LanguageModelV3Prompt => {
      const call = { toolCallId: String(index), toolName: 'any' };
      return [
        { role: 'assistant', content: [{ type: 'tool-call', ...call, input: {} }] },
        { role: 'tool', content: [{ type: 'tool-result', ...call, output }] },
      ];
    }),
  ];
  const { stream } = await scriptedModel.doStream({
    prompt,
    tools: tools.map((name) => ({ type: 'function', name, inputSchema: { type: 'object' } })),
  });
  const parts: LanguageModelV3StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  const call = parts.find((part) => part.type === 'tool-call');
  if (call) return { [call.toolName]: JSON.parse(call.input) as unknown };
  return parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : [])).join('');
}

const post = (title: string, id = '7') => ({ id, title, status: 'draft' });
const json = (value: unknown): Output => ({ type: 'json', value: JSON.parse(JSON.stringify(value)) });

describe('the scripted model', () => {
  it.each<[sentence: string, call: object]>([
    ["Can you rename my post 'Old' to 'New'?", { posts_list: { search: 'Old', mine: true } }],
    ['Please rename the article “Aiko’s guide” to “Guide”', { posts_list: { search: 'Aiko’s guide' } }],
    [
      "rename 'Move your team to another plan' to 'Change plans'",
      { posts_list: { search: 'Move your team to another plan' } },
    ],
    ['Rename my draft Old title to New title.', { posts_list: { search: 'Old title', mine: true } }],
    ['Publish the post Old title', { posts_list: { search: 'Old title' } }],
    ['Which drafts do I have?', { posts_list: { mine: true, status: 'draft' } }],
    ['Deactivate ada@ada.example.', { customers_search: { query: 'ada@ada.example' } }],
    ['Could you close the account of Ada Byron?', { customers_search: { query: 'Ada Byron' } }],
    ['Reopen the account of Ada Byron', { customers_search: { query: 'Ada Byron' } }],
    ["Extend Aiko Tanaka's trial by 1 week.", { customers_search: { query: 'Aiko Tanaka' } }],
    ['Extend the trial of Aiko Tanaka by 10 days', { customers_search: { query: 'Aiko Tanaka' } }],
    ['Move me to the business plan.', { whoami: {} }],
    ['Put Ada Byron on the team plan', { customers_search: { query: 'Ada Byron' } }],
    [
      'Sign up Kim Berg <kim@berg.example> of Berg Ltd in Norway.',
      {
        signUps_add: { name: 'Kim Berg', email: 'kim@berg.example', company: 'Berg Ltd', country: 'Norway' },
      },
    ],
    ['List the customers in a trial.', { customers_search: { subscription: 'trialing' } }],
    [
      'show the newest customers in South Africa',
      { customers_search: { country: 'South Africa', sort: 'newest' } },
    ],
    [
      'Which customers from Norway on the team plan are there?',
      { customers_search: { country: 'Norway', plan: 'team' } },
    ],
    ['Is the account of Ada Byron still open?', { customers_search: { query: 'Ada Byron' } }],
    ['How many new users did we get, week over week?', { reports_signUps: { weeks: 12 } }],
    ['sign-ups of the last 6 months as a chart', { reports_signUps: { months: 6 } }],
    ['Which invoices are overdue?', { invoices_list: { status: 'overdue' } }],
    ['How much did we invoice each month?', { invoices_totals: {} }],
    ['Which plans are there?', { subscriptions_plans: {} }],
    ['What may I do?', { whoami: {} }],
  ])('begins "%s" with %j', async (sentence, call) => {
    expect(await ask(sentence)).toEqual(call);
  });

  it('understands each sentence that the page has a button for', async () => {
    for (const sentence of Object.values(examples).flat()) {
      expect([sentence, typeof (await ask(sentence))]).toEqual([sentence, 'object']);
    }
  });

  it('uses the id that a call has returned', async () => {
    const found = json({ items: [post('Old')], nextCursor: null });
    expect(await ask("Rename my post 'Old' to 'New'", [found])).toEqual({
      posts_rename: { id: '7', title: 'New' },
    });
    expect(await ask("Rename my post 'Old' to 'New'", [found, json(post('New'))])).toBe(
      'Done: “Old” is now called “New”.',
    );
  });

  it('reads a list that was cut, whose text is JSON as well', async () => {
    const cut: Output = {
      type: 'content',
      value: [
        { type: 'text', text: JSON.stringify({ items: [post('Old')], nextCursor: null }) },
        { type: 'text', text: 'There is more.' },
      ],
    };
    expect(await ask("Rename my post 'Old' to 'New'", [cut])).toEqual({
      posts_rename: { id: '7', title: 'New' },
    });
  });

  it('asks which one is meant, and finds the exact one among similar ones', async () => {
    const items = [post('Old habits', '1'), post('Old friends', '2')];
    expect(await ask("Rename my post 'Old' to 'New'", [json({ items })])).toBe(
      'Several posts have these words: “Old habits”, “Old friends”. Which of them do you mean?',
    );
    expect(
      await ask("Rename my post 'old' to 'New'", [json({ items: [...items, post('Old', '3')] })]),
    ).toEqual({
      posts_rename: { id: '3', title: 'New' },
    });
  });

  it('tries each "to" of a title without quotation marks', async () => {
    const sentence = 'Rename my post Move a team to a plan to Change plans';
    expect(await ask(sentence)).toEqual({ posts_list: { search: 'Move a team', mine: true } });
    const none = json({ items: [] });
    expect(await ask(sentence, [none])).toEqual({
      posts_list: { search: 'Move a team to a plan', mine: true },
    });
    expect(await ask(sentence, [none, none])).toContain('I found no post of yours to rename.');
  });

  it('repeats the words of a refusal, and says that a no changed nothing', async () => {
    const found = json({ items: [post('Old')] });
    const refused: Output = { type: 'error-text', value: 'FORBIDDEN: Only its author can rename it.' };
    expect(await ask("Rename the post 'Old' to 'New'", [found, refused])).toBe(
      'Only its author can rename it.',
    );
    expect(await ask("Rename the post 'Old' to 'New'", [found, { type: 'execution-denied' }])).toBe(
      'You said no, so nothing was changed.',
    );
  });

  it('keeps Markdown and HTML in names as text', async () => {
    const items = [post('Old *a* <b>', '1'), post('Old [c](d)', '2')];
    expect(await ask("Rename my post 'Old' to 'New'", [json({ items })])).toContain(
      String.raw`“Old \*a\* \<b\>”, “Old \[c\](d)”`,
    );
  });

  it('asks what somebody may do when they do not have the tool', async () => {
    const sentence = 'Deactivate Ada Byron';
    expect(await ask(sentence, [], ['customers_search', 'whoami'])).toEqual({ whoami: {} });
    expect(await ask(sentence, [json({ name: 'Ann', role: 'viewer', may: 'Reads' })], ['whoami'])).toBe(
      'I have no tool to deactivate an account for you: Ann is signed in as viewer. What that role may do: Reads.',
    );
    expect(await ask(sentence, [], [])).toContain('I have no tools for you.');
  });

  it('says what it understands, of what the person may do', async () => {
    const words = await ask('Tell me a joke', [], ['posts_list', 'whoami']);
    expect(words).toContain('I am a script, and I do not understand this sentence.');
    expect(words).toContain('- read the posts\n- say who you are');
    expect(words).not.toContain('rename');
  });

  it('takes long sentences that nearly match without taking long', async () => {
    const counts = [2000, 8000].map((length) => `rename my post ${'to '.repeat(length / 3)}`);
    for (const sentence of counts) expect(typeof (await ask(sentence))).not.toBe('undefined');
    await ask(`list ${'customers in A '.repeat(500)}`);
    await ask(`extend ${"a's trial ".repeat(800)}`);
    await ask(`sign up ${'a, '.repeat(2500)}`);
  });
});
