import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tagsOf, wordsOf } from '../../test/markup.ts';
import { claude, consentView, editor, hostile, stepUpView } from '../../test/views.ts';
import { consentPage } from './consent.ts';
import type { ConsentView } from './view.ts';

const read = (changes: Partial<ConsentView>) => wordsOf(consentPage(consentView(changes)));

test('the page says who asks, what for, as whom, and where the browser goes', () => {
  expect(wordsOf(consentPage(consentView()))).toBe(
    'Acme “Claude” wants to connect to Acme' +
      ' claude.ai Verified: its own website says so.' +
      ' It will be able to See your customers Change your customers, and invite new ones in your name' +
      ' Nothing is ticked, so it will get none of these permissions.' +
      ' You are signed in as Ada Lovelace. If you want to connect another account: cancel, sign out of Acme, and begin again.' +
      ' Afterwards, your browser goes to claude.ai. If you did not just come from there, cancel.' +
      ' Cancel Allow You can end it later, on the page Your connections.',
  );
});

test('a client that asks for more is asked for only that, and what it has is shown apart', () => {
  expect(wordsOf(consentPage(stepUpView()))).toBe(
    'Acme “Cursor” wants to connect to Acme' +
      ' This name is not verified. Anybody can use it. It is used by a program on this computer.' +
      ' It will be able to Change your customers, and invite new ones in your name' +
      ' It can already See your customers' +
      ' You are signed in as Ada Lovelace. If you want to connect another account: cancel, sign out of Acme, and begin again.' +
      ' Afterwards, your browser goes to the program on this computer that opens cursor: links.' +
      ' If you did not just come from there, cancel.' +
      ' Cancel Allow You can end it later, on the page Your connections.',
  );
});

describe('who asks', () => {
  test('is a host that nobody has verified', () => {
    const client = { ...editor, name: 'Claude', host: 'evil.example' };
    expect(read({ client })).toContain(
      'This name is not verified. Anybody can use it. It is used by evil.example. It will',
    );
  });

  test('is a client that the app has registered', () => {
    expect(read({ client: { ...claude, id: 'backend' } })).toContain(
      'claude.ai Verified: Acme has registered it. It will',
    );
    expect(read({ client: { ...editor, id: 'backend', isVerified: true } })).toContain(
      'A program on this computer Verified: Acme has registered it. It will',
    );
  });

  test('is not proven by a verified name, if the answer goes to a program on the computer', () => {
    const page = consentPage(consentView({ redirectHost: undefined }));
    expect(wordsOf(page)).toContain(
      'claude.ai Verified: its own website says so. But any program on this computer could pose as it. ' +
        'Allow it only if you have just started it yourself. It will',
    );
    expect(page).toContain('class="who warn"');
    expect(consentPage(consentView())).toContain('class="who good"');
  });

  test('is named by the host, or not at all, if the name cannot be seen', () => {
    expect(read({ client: { ...claude, name: '\u200b\u202e' } })).toContain('“claude.ai” wants to connect');
    expect(read({ client: { ...editor, name: '' } })).toContain(
      '“A program without a name” wants to connect',
    );
  });

  test('shows hosts of other alphabets in a form that cannot pose as others', () => {
    const host = 'аррӏе.com';
    const words = read({ client: { ...editor, host }, redirectHost: host });
    expect(words.match(/xn--80ak6aa92e\.com/g)).toHaveLength(2);
    expect(words).not.toContain(host);
  });
});

describe('what for', () => {
  test('is nothing, if it only wants to know who the person is', () => {
    expect(read({ asked: [] })).toContain(
      'It asks for no permission. It only learns who you are in Acme. You',
    );
    expect(wordsOf(consentPage(stepUpView({ asked: [] })))).toContain(
      'It asks for nothing new. It learns who you are in Acme. It can already See your customers You',
    );
  });

  test('is the name of a permission without words', () => {
    expect(read({ asked: [{ name: 'app:read', description: '' }] })).toContain(
      'It will be able to app:read You',
    );
  });
});

describe('the form', () => {
  const fieldsOf = (page: string) => page.match(/<(?:form|input|button)\b[^>]*>/g);

  test('sends its fields, each permission that is ticked, and a decision, of which Enter takes the safe one', () => {
    expect(fieldsOf(consentPage(consentView()))).toEqual([
      '<form method="post" action="/oauth/login/7" autocomplete="off">',
      '<input type="hidden" name="proof" value="p&quot;1" />',
      '<input type="hidden" name="scope" value="" />',
      '<input type="checkbox" name="scope" value="app:read" checked />',
      '<input type="checkbox" name="scope" value="app:write" checked />',
      '<button name="decision" value="deny">',
      '<button name="decision" value="allow" class="main">',
    ]);
  });

  test('has nothing to tick where there is one permission', () => {
    expect(fieldsOf(consentPage(stepUpView()))).toEqual([
      '<form method="post" action="/oauth/login/7" autocomplete="off">',
      '<input type="hidden" name="proof" value="p&quot;1" />',
      '<button name="decision" value="deny">',
      '<button name="decision" value="allow" class="main">',
    ]);
  });
});

describe('what a client writes', () => {
  test('is text, and short', () => {
    const words = read({ client: hostile, redirectHost: hostile.host });
    expect(words).toContain(`“Acme' (verified) <script>alert(1)</script>''WWWWWWWWWWWWWWW…” wants`);
    expect(words).toMatch(/It is used by accounts\.acme\.example\.a+\.b+\.evil\.example\. It will/);
  });

  test('never changes a tag, whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom(
          '<',
          '>',
          '"',
          "'",
          '&',
          '/',
          '=',
          ' ',
          '\n',
          'script',
          'a',
          '${',
          '`',
          '-->',
          ']]>',
        ),
      }),
    );
    const usual = consentView({
      client: { ...editor, host: 'a.example' },
      redirectHost: undefined,
      redirectScheme: 'a',
    });
    const tags = tagsOf(consentPage(usual));
    fc.assert(
      fc.property(text, text, text, text, text, (id, name, host, redirectScheme, userName) => {
        const client = { ...usual.client, id, name, host, logo: name, website: name };
        expect(tagsOf(consentPage({ ...usual, client, userName, redirectScheme }))).toEqual(tags);
      }),
    );
    fc.assert(
      fc.property(text, text, (host, redirectHost) => {
        const client = { ...claude, host };
        expect(tagsOf(consentPage(consentView({ client, redirectHost })))).toEqual(
          tagsOf(consentPage(consentView())),
        );
      }),
    );
  });
});
