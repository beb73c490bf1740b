import type { ToolOutput } from '@trpc-mcp/core/caller';
import type { AppRouter } from '../../router.ts';
import { call, type Intent, Refusal, type Steps } from './script.ts';
import { count, quote, unquote } from './wording.ts';

type Post = ToolOutput<AppRouter, 'posts_list'>['items'][number];

export const postIntents: readonly Intent[] = [
  {
    pattern: /\brename (?<mine>my )?(?:the |a )?(?:post |article |draft )?(?:called |titled )?(?<names>.+)/is,
    tool: 'posts_rename',
    purpose: 'rename a post',
    *run({ mine, names = '' }) {
      for (const { from, to } of readTitles(names)) {
        const post = yield* findPost(from, mine !== undefined);
        if (!post) continue;
        const renamed = yield* call('posts_rename', { id: post.id, title: to });
        return `Done: ${quote(post.title)} is now called ${quote(renamed.title)}.`;
      }
      throw new Refusal(
        `I found no post${mine === undefined ? '' : ' of yours'} to rename. Write it as: ` +
          `Rename ${mine === undefined ? 'the' : 'my'} post 'Old title' to 'New title'.`,
      );
    },
  },
  {
    pattern: /\bpublish (?:my |the |a )?(?:post |article |draft )?(?:called |titled )?(?<title>.+)/is,
    tool: 'posts_publish',
    purpose: 'publish a post',
    *run({ title = '' }) {
      const post = yield* findPost(unquote(title), false);
      if (!post) throw new Refusal(`I found no post that is called ${quote(unquote(title))}.`);
      const published = yield* call('posts_publish', { id: post.id });
      return `${quote(published.title)} is ${published.status} now.`;
    },
  },
  {
    pattern: /\b(?:list|show|see|which|what|are there)\b.*\b(?:posts?|articles?|drafts?)\b/is,
    tool: 'posts_list',
    purpose: 'read the posts',
    *run(_, sentence) {
      const isMine = /\b(?:my|i)\b/i.test(sentence);
      const isDraft = /\bdrafts?\b/i.test(sentence);
      const noun = isDraft ? 'draft' : 'post';
      const { items, nextCursor } = yield* call('posts_list', {
        ...(isMine && { mine: true }),
        ...(isDraft && { status: 'draft' as const }),
      });
      const found = count(items.length, noun);
      if (items.length === 0) return isMine ? `You have no ${noun}s.` : `There are no ${noun}s.`;
      return nextCursor === null
        ? `There ${items.length === 1 ? 'is' : 'are'} ${found}.`
        : `These are the newest ${found}.`;
    },
  },
];

/** Finds the post with a title. If none has exactly that title, finds the only one that has its words. */
function* findPost(title: string, isMine: boolean): Steps<Post | undefined> {
  const { items } = yield* call('posts_list', { search: title, ...(isMine && { mine: true }) });
  const exact = items.filter((post) => post.title.toLowerCase() === title.toLowerCase());
  const found = exact.length > 0 ? exact : items;
  if (found.length > 1) {
    const titles = found.map((post) => quote(post.title)).join(', ');
    throw new Refusal(`Several posts have these words: ${titles}. Which of them do you mean?`);
  }
  return found[0];
}

/** Reads an old and a new title. Without quotation marks, each "to" may be the one between them. */
function readTitles(names: string): { from: string; to: string }[] {
  const quoted = /["'“‘«](?<from>.+?)["'”’»],? (?:to|as|into) ["'“‘«](?<to>.+)["'”’»]/s.exec(names)?.groups;
  if (quoted) return [{ from: quoted['from']!, to: quoted['to']! }];
  return [...names.matchAll(/ (?:to|as|into) /g)]
    .map(({ index, 0: word }) => ({
      from: unquote(names.slice(0, index)),
      to: unquote(names.slice(index + word.length)),
    }))
    .filter(({ from, to }) => from !== '' && to !== '')
    .slice(0, 3);
}
