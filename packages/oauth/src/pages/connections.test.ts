import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tagsOf, wordsOf } from '../../test/markup.ts';
import { connectionsView, connectionView, editor } from '../../test/views.ts';
import { connectionsPage } from './connections.ts';

test('the page lists what is connected, and says what ending does', () => {
  const unused = connectionView({ client: editor, scopes: [], lastUsedAt: undefined });
  expect(wordsOf(connectionsPage(connectionsView(connectionView(), unused)))).toBe(
    'Acme Your connections You are signed in to Acme as Ada Lovelace.' +
      ' When you end a connection, it loses its access at once. To connect again, it has to ask you again.' +
      ' Claude claude.ai Verified: its own website says so.' +
      ' It can: See your customers Change your customers, and invite new ones in your name' +
      ' Allowed on 1 March 2026. Last used on 28 November 2026. End the connection of Claude' +
      ' Cursor A program on this computer Its name is not verified. Anybody can use it.' +
      ' It only knows who you are. Allowed on 1 March 2026. Not used yet. End the connection of Cursor',
  );
});

test('times are there for machines as well', () => {
  expect(connectionsPage(connectionsView(connectionView())).match(/<time[^>]*>/g)).toEqual([
    '<time datetime="2026-03-01T23:30:00.000Z">',
    '<time datetime="2026-11-28T10:00:00.000Z">',
  ]);
});

test('each connection has its own form', () => {
  const second = connectionView({ form: { action: '/oauth/connections/2', fields: { proof: '<2>' } } });
  expect(
    connectionsPage(connectionsView(connectionView(), second)).match(/<(?:form|input)\b[^>]*>/g),
  ).toEqual([
    '<form method="post" action="/oauth/connections/1">',
    '<input type="hidden" name="proof" value="p1" />',
    '<form method="post" action="/oauth/connections/2">',
    '<input type="hidden" name="proof" value="&lt;2&gt;" />',
  ]);
});

test('the page says that nothing is connected', () => {
  const page = connectionsPage(connectionsView());
  expect(wordsOf(page)).toBe(
    'Acme Your connections You are signed in to Acme as Ada Lovelace. Nothing is connected.' +
      ' What you connect to your account appears here, such as claude.ai or an editor.',
  );
  expect(page).not.toContain('<form');
});

test('what a client writes never changes a tag, whatever it is', () => {
  const text = fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', ' ', '\n', 'script', 'a', '\u202e'),
  });
  const tags = tagsOf(connectionsPage(connectionsView(connectionView({ client: editor }))));
  fc.assert(
    fc.property(text, text, text, text, (id, name, host, userName) => {
      const client = { ...editor, id, name, host, logo: name, website: name };
      const view = { ...connectionsView(connectionView({ client })), userName };
      expect(tagsOf(connectionsPage(view))).toEqual(tags);
    }),
  );
});
