import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  connectionsView,
  connectionView,
  consentView,
  hostile,
  messageView,
  stepUpView,
} from '../../test/views.ts';
import { connectionsPage } from './connections.ts';
import { consentPage } from './consent.ts';
import { layoutPage, styleHash } from './layout.ts';
import { html } from './html.ts';
import { messagePage } from './message.ts';

const pages = {
  'of consent': consentPage(consentView()),
  'of more consent': consentPage(stepUpView()),
  'of consent to a hostile client': consentPage(consentView({ client: hostile, redirectHost: hostile.host })),
  'of connections': connectionsPage(connectionsView(connectionView(), connectionView({ client: hostile }))),
  'of no connections': connectionsPage(connectionsView()),
  'of a message': messagePage(messageView),
};

test.each(Object.entries(pages))(
  'the page %s has one style, and its hash is the one that is exported',
  (_, page) => {
    const styles = [...page.matchAll(/<style\b[^>]*>(.*?)<\/style>/gs)].map(([, content]) => content!);
    expect(styles).toHaveLength(1);
    expect(styleHash).toBe(`'sha256-${createHash('sha256').update(styles[0]!).digest('base64')}'`);
  },
);

test.each(Object.entries(pages))(
  'the page %s loads nothing, and has no script and no style of its own',
  (_, page) => {
    const tags = page.match(/<[^>]*>/g)!;
    expect(tags.filter((tag) => /^<(?:script|link|iframe|object|embed|base)\b/i.test(tag))).toEqual([]);
    expect(tags.filter((tag) => /\s(?:style|on\w+)\s*=/i.test(tag))).toEqual([]);
    expect(tags.filter((tag) => /\bsrc=/.test(tag) && !tag.includes('src="/logo.svg"'))).toEqual([]);
    expect(tags.filter((tag) => tag.includes('evil.example'))).toEqual([]);
  },
);

test.each(Object.entries(pages))(
  'the page %s has a language, a title, a heading, and is not for search engines',
  (_, page) => {
    expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/);
    expect(page).toContain('<meta name="robots" content="noindex" />');
    expect(page).toMatch(/<title>[^<]+ – Acme<\/title>/);
    expect(page.match(/<h1>/g)).toHaveLength(1);
  },
);

test('the name and the logo of the app are escaped', () => {
  const page = layoutPage({ name: 'R&D <1>', logo: '/a"b' }, 'T', html``);
  expect(page).toContain('<title>T – R&amp;D &lt;1&gt;</title>');
  expect(page).toContain('<span>R&amp;D &lt;1&gt;</span>');
  expect(page).toContain('src="/a&quot;b"');
});
