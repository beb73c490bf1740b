import { describe, expect, test } from 'vitest';
import { revealHidden, revealAllHidden } from '../parts/hidden-characters.ts';
import { toWebUrl } from '../parts/web-url.ts';
import { appUriOf, isForApps, readApp } from './app.ts';
import { toMediaUrl } from './blob.ts';
import { boundJson } from './bound.ts';
import { toFileName } from './save.ts';

test.each([
  'javascript:alert(1)',
  ' javascript:x',
  'data:text/html,x',
  'file:///etc/passwd',
  'ui://x',
  'mailto:a@b',
  'x',
  '',
])('the link %j is not opened', (uri) => expect(toWebUrl(uri)).toBeUndefined());

test('a link of the web is opened, and its host is shown as the browser reads it', () => {
  expect(toWebUrl('HTTPS://good.example@evil.example/x')?.host).toBe('evil.example');
  expect(toWebUrl('http://аpple.com')?.host).toBe('xn--pple-43d.com');
});

test('only pictures and sounds become data: URLs', () => {
  expect(toMediaUrl('image', 'image/svg+xml', 'PHN2Zz4=')).toBe('data:image/svg+xml;base64,PHN2Zz4=');
  expect(toMediaUrl('image', 'text/html', 'eA==')).toBeUndefined();
  expect(toMediaUrl('image', 'image/png,<script>', 'eA==')).toBeUndefined();
  expect(toMediaUrl('image', 'image/png;x=text/html', 'eA==')).toBeUndefined();
  expect(toMediaUrl('audio', 'image/png', 'eA==')).toBeUndefined();
  expect(toMediaUrl('image', 'image/png', '"><script>')).toBeUndefined();
});

test('characters that mislead are written out', () => {
  expect(revealHidden('a\u202Egpj.exe\u0000\u{E0041}')).toBe('a⟨U+202E⟩gpj.exe⟨U+0000⟩⟨U+E0041⟩');
  expect(revealHidden('line\n\ttab, ‍joiner, עברית')).toBe('line\n\ttab, ‍joiner, עברית');
  expect(revealAllHidden({ 'a\u202E': ['\u2066'] })).toEqual({ 'a⟨U+202E⟩': ['⟨U+2066⟩'] });
});

test('the name of a file has no path in it', () => {
  expect(toFileName('../../etc/pass wd?x')).toBe('pass wd');
  expect(toFileName('file:///a/..')).toBe('download');
  expect(toFileName('a\u202Egpj.exe')).toBe('a_gpj.exe');
  expect(toFileName('')).toBe('download');
});

describe('a tree of JSON', () => {
  test('is cut where it is long, wide or deep', () => {
    const bounds = { characters: 3, members: 2, depth: 2, values: 100 };
    expect(boundJson({ a: 'abcdef', b: [1, 2, 3], c: 1 }, bounds)).toEqual({
      a: 'abc… (3 more characters)',
      b: [1, 2, '… (1 more values)'],
      '…': '… (1 more keys)',
    });
    expect(boundJson([[[1]]], bounds)).toEqual([['… (nested deeper than 2 levels)']]);
  });

  test('has few values, however many there are', () => {
    const wide = Array.from({ length: 1000 }, () => Array.from({ length: 1000 }, () => 1));
    expect(JSON.stringify(boundJson(wide)).length).toBeLessThan(100_000);
  });

  test('keeps the key __proto__ as a key', () => {
    const copy = boundJson(JSON.parse('{"__proto__":{"polluted":1}}')) as object;
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });
});

describe('an app', () => {
  const tool = (_meta: Record<string, unknown>) => ({
    name: 't',
    inputSchema: { type: 'object' as const },
    _meta,
  });

  test('is named by the tool, in either place, and only by a ui:// URI', () => {
    expect(appUriOf(tool({ ui: { resourceUri: 'ui://a' } }))).toBe('ui://a');
    expect(appUriOf(tool({ 'ui/resourceUri': 'ui://b' }))).toBe('ui://b');
    expect(appUriOf(tool({ ui: { resourceUri: 'https://evil.example' } }))).toBeUndefined();
    expect(appUriOf(tool({ ui: 'ui://a' }))).toBeUndefined();
  });

  test('may call the tools that are for apps', () => {
    expect(isForApps(tool({}))).toBe(true);
    expect(isForApps(tool({ ui: { visibility: ['model'] } }))).toBe(false);
    expect(isForApps(tool({ ui: { visibility: 'app' } }))).toBe(false);
    expect(isForApps(tool({ ui: { visibility: ['app'] } }))).toBe(true);
  });

  test('is HTML of its own type, and what it asks for beyond that is named', () => {
    const contents = (resource: object) => ({ contents: [{ uri: 'ui://a', ...resource }] }) as never;
    const mimeType = 'text/html;profile=mcp-app';
    const _meta = { ui: { csp: { connectDomains: ['https://a.example'] }, permissions: { camera: {} } } };
    expect(readApp(contents({ text: '<p>', mimeType, _meta }), 'ui://a')).toEqual({
      html: '<p>',
      refused: ['https://a.example', 'camera'],
    });
    expect(
      readApp(contents({ text: '', mimeType }), 'ui://a', { ui: { permissions: { camera: {} } } }).refused,
    ).toEqual(['camera']);
    expect(readApp(contents({ blob: btoa('<b>'), mimeType }), 'ui://a').html).toBe('<b>');
    expect(() => readApp(contents({ text: '<p>', mimeType: 'text/html' }), 'ui://a')).toThrow(
      'has text/html',
    );
    expect(() => readApp({ contents: [] }, 'ui://a')).toThrow('empty');
  });
});
