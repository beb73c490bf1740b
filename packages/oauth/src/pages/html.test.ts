import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, html } from './html.ts';

test('text is escaped in an element and in an attribute', () => {
  expect(html`<p title="${'"><b>'}">${`<i>'&"`}</p>`.toString()).toBe(
    '<p title="&quot;&gt;&lt;b&gt;">&lt;i&gt;&#39;&amp;&quot;</p>',
  );
});

test('markup goes into markup as it is, also from a list, and what is missing is left out', () => {
  const items = ['a', '<'].map((text) => html`<i>${text}</i>`);
  expect(html`<p>${items}${undefined}${false}</p>`.toString()).toBe('<p><i>a</i><i>&lt;</i></p>');
});

test('something that only looks like markup is escaped', () => {
  const posing = { toString: () => '<b>', markup: '<b>' } as unknown as string;
  expect(html`${posing}`.toString()).toBe('&lt;b&gt;');
});

test('any text can be read back, and never opens or ends a tag, a quote or an entity', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeHtml(text);
      expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
      expect(escaped.replaceAll(/&([^;]+);/g, (_, name: string) => entities[name]!)).toBe(text);
    }),
  );
});
