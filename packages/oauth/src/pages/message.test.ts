import { expect, test } from 'vitest';
import { wordsOf } from '../../test/markup.ts';
import { messageView } from '../../test/views.ts';
import { messagePage } from './message.ts';

test('the page says why a login cannot go on', () => {
  const page = messagePage(messageView);
  expect(page).toContain('<title>This login cannot go on – Acme</title>');
  expect(wordsOf(page)).toBe(
    'Acme This login cannot go on It took too long. Go back to the program that you came from, and connect again there.',
  );
});

test('the words of others in it are escaped and cut off', () => {
  const page = messagePage({ ...messageView, title: '<b>\u202e', message: `<script>${'x'.repeat(10_000)}` });
  expect(page).toContain('<h1>&lt;b&gt;</h1>');
  expect(wordsOf(page)).toMatch(/^Acme <b> <script>x{991}…$/);
});
