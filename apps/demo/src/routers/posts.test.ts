import { and, eq, ne } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, expectRefusal, type Role } from '../../test/demo.ts';
import { posts } from '../db/schema.ts';
import { articles, mara, staff } from '../sample/cast.ts';

describe('posts', () => {
  describeDemo((demo) => {
    const findMine = async (role: Role, search: string) => {
      const { items } = await demo.as(role).posts.list.query({ mine: true, search });
      if (!items[0]) throw new Error(`${role} wrote nothing about ${search}`);
      return items[0];
    };
    const draftOfAnother = async () => {
      const me = await demo.as('customer').users.me.query();
      const [draft] = await demo.db
        .select()
        .from(posts)
        .where(and(eq(posts.status, 'draft'), ne(posts.authorId, me.id)));
      if (!draft) throw new Error('there is no draft');
      return draft;
    };

    it('are listed without their text, which get returns', async () => {
      const listed = await findMine('customer', 'tidy invoices');
      expect(listed).toEqual({
        id: expect.any(String),
        title: articles.byMara,
        status: 'published',
        author: { id: expect.any(String), name: mara.name },
        createdAt: expect.any(Date),
        updatedAt: expect.any(Date),
        publishedAt: expect.any(Date),
      });
      await expect(demo.as('viewer').posts.get.query({ id: listed.id })).resolves.toEqual({
        ...listed,
        body: expect.stringContaining(articles.byMara),
      });
    });

    it('come page by page, each one once', async () => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await demo.as('viewer').posts.list.query({ limit: 50, cursor });
        ids.push(...page.items.map((post) => post.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBe(await demo.db.$count(posts));
    });

    it('that are drafts show to their author and to staff, and do not exist for other customers', async () => {
      const draft = await draftOfAnother();
      await expect(demo.as('viewer').posts.get.query({ id: draft.id })).resolves.toMatchObject({
        title: draft.title,
      });
      const asCustomer = demo.as('customer').posts;
      await expectRefusal(asCustomer.get.query({ id: draft.id }), 'NOT_FOUND', 'posts.list');
      await expectRefusal(
        asCustomer.rename.mutate({ id: draft.id, title: 'Mine now' }),
        'NOT_FOUND',
        'posts.list',
      );

      const { items } = await asCustomer.list.query({ search: draft.title, limit: 100 });
      expect(items.map((post) => post.id)).not.toContain(draft.id);
      const drafts = await asCustomer.list.query({ status: 'draft', limit: 100 });
      expect(drafts.items.every((post) => post.author.name === mara.name)).toBe(true);
    });

    it.each(['customer', 'support'] as const)('are renamed by the %s who wrote them', async (role) => {
      const post = await findMine(role, role === 'customer' ? 'tidy invoices' : 'trial ends');
      const renamed = await demo
        .as(role)
        .posts.rename.mutate({ id: post.id, title: `  Renamed by ${role} ` });
      expect(renamed).toMatchObject({ id: post.id, title: `Renamed by ${role}`, author: post.author });
      expect(renamed.updatedAt.getTime()).toBeGreaterThan(post.updatedAt.getTime());
      const [row] = await demo.db.select().from(posts).where(eq(posts.id, post.id));
      expect(row?.title).toBe(`Renamed by ${role}`);
    });

    it('are not renamed by another author, but by an admin', async () => {
      const toms = await findMine('support', 'renamed by');
      const maras = await findMine('customer', 'renamed by');
      const title = 'Somebody else was here';
      await expectRefusal(
        demo.as('customer').posts.rename.mutate({ id: toms.id, title }),
        'FORBIDDEN',
        `"${toms.title}" is by ${staff.support.name}: only its author or an admin can rename it.`,
      );
      await expectRefusal(
        demo.as('support').posts.rename.mutate({ id: maras.id, title }),
        'FORBIDDEN',
        `is by ${mara.name}`,
      );
      expect(await demo.db.$count(posts, eq(posts.title, title))).toBe(0);
      await expect(demo.as('admin').posts.rename.mutate({ id: maras.id, title })).resolves.toMatchObject({
        title,
      });
    });

    it('need a title of 3 to 120 characters', async () => {
      const { id } = await findMine('customer', '');
      for (const title of ['', '  a  ', 'x'.repeat(121)]) {
        await expectRefusal(demo.as('customer').posts.rename.mutate({ id, title }), 'BAD_REQUEST', 'title');
      }
    });

    it('are published once, and stay as they are the second time', async () => {
      const draft = await draftOfAnother();
      const published = await demo.as('support').posts.publish.mutate({ id: draft.id });
      expect(published).toMatchObject({ id: draft.id, status: 'published', publishedAt: expect.any(Date) });
      await expect(demo.as('admin').posts.publish.mutate({ id: draft.id })).resolves.toEqual(published);
      await expect(demo.as('customer').posts.get.query({ id: draft.id })).resolves.toEqual(published);
    });
  });
});
