import type { accessTokens, customers, posts, users } from '../db/schema.ts';
import { hashToken } from '../auth/token.ts';
import { articles, mara, staff, tokens } from './cast.ts';
import { createRandom } from './random.ts';
import { articleTails, articleTasks, articleThings } from './words.ts';

type User = typeof users.$inferInsert;
type Post = typeof posts.$inferInsert;

export interface HelpCentre {
  users: User[];
  accessTokens: (typeof accessTokens.$inferInsert)[];
  posts: Post[];
}

const day = 24 * 60 * 60 * 1000;

/** Makes up who can sign in (the staff, and one customer in twelve) and what they wrote for the help centre. */
export function createHelpCentre(accounts: (typeof customers.$inferInsert)[], now: Date): HelpCentre {
  const random = createRandom(2);
  const login = (person: Pick<User, 'name' | 'email' | 'role'>, customerId: string | null = null): User => ({
    id: random.uuid(),
    name: person.name,
    email: person.email,
    role: person.role,
    customerId,
  });
  const colleagues = [staff.admin, staff.support, staff.viewer].map((person) => login(person));
  // The first account is Mara's.
  const logins = accounts
    .filter((account, index) => index % 12 === 0 && account.status === 'active')
    .map((account) => login({ ...account, role: 'customer' }, account.id));
  const everyone = [...colleagues, ...logins];

  const userOf = (email: string) => {
    const user = everyone.find((one) => one.email === email);
    if (!user) throw new Error(`nobody has the address ${email}`);
    return user;
  };
  const write = (author: User, title: string, ageDays: number, published: boolean): Post => {
    const createdAt = new Date(now.getTime() - Math.round(ageDays * day));
    const publishedAt = published
      ? new Date(createdAt.getTime() + Math.round(random.number() * ageDays * day))
      : null;
    return {
      id: random.uuid(),
      authorId: author.id,
      title,
      body: bodyOf(title, author.name),
      status: published ? 'published' : 'draft',
      createdAt,
      updatedAt: publishedAt ?? createdAt,
      publishedAt,
    };
  };

  const writers = [userOf(staff.support.email), userOf(staff.admin.email), ...logins];
  return {
    users: everyone,
    accessTokens: Object.values(tokens).map(({ token, email }) => ({
      sha256: hashToken(token),
      userId: userOf(email).id,
    })),
    posts: [
      write(userOf(mara.email), articles.byMara, 20, true),
      write(userOf(staff.support.email), articles.byTom, 40, true),
      ...titles().map((title) =>
        write(random.pick(writers), title, random.number() * 300, random.chance(0.8)),
      ),
      write(userOf(staff.support.email), articles.draftByTom, 5, false),
    ],
  };
}

function titles(): string[] {
  return articleTasks.flatMap((task) =>
    articleThings.flatMap((thing, row) => `${task} ${thing} ${articleTails[row % articleTails.length]}`),
  );
}

function bodyOf(title: string, author: string): string {
  return [
    `## ${title}`,
    'Open Settings, choose the workspace, and follow the three steps on the page.',
    'Nothing is changed before you press Save, and every change can be undone for thirty days.',
    `Written by ${author}. Tell us below whether it helped.`,
  ].join('\n\n');
}
