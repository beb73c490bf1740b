import { expect, test } from 'vitest';
import { readModelSettings } from './model-settings.ts';

const url = 'http://127.0.0.1:11434/v1';

test('a script answers where no model is named', () => {
  expect(readModelSettings({})).toEqual({ kind: 'scripted' });
  expect(readModelSettings({ CHAT_MODEL_URL: '', CHAT_MODEL: '', CHAT_MODEL_KEY: '' })).toEqual({
    kind: 'scripted',
  });
});

test('an endpoint may want a key', () => {
  expect(readModelSettings({ CHAT_MODEL_URL: url, CHAT_MODEL: 'tiny' })).toEqual({
    kind: 'endpoint',
    url,
    model: 'tiny',
    key: undefined,
  });
  expect(readModelSettings({ CHAT_MODEL_URL: url, CHAT_MODEL: 'tiny', CHAT_MODEL_KEY: 'k' })).toMatchObject({
    key: 'k',
  });
});

test.each([
  [{ CHAT_MODEL: 'tiny' }, 'CHAT_MODEL is set, but CHAT_MODEL_URL is not.'],
  [{ CHAT_MODEL_KEY: 'k' }, 'CHAT_MODEL_KEY is set, but CHAT_MODEL_URL is not.'],
  [{ CHAT_MODEL_URL: url }, 'so set CHAT_MODEL to the name of a model there as well'],
  [{ CHAT_MODEL_URL: 'localhost:11434', CHAT_MODEL: 'tiny' }, 'CHAT_MODEL_URL is "localhost:11434".'],
  [{ CHAT_MODEL_URL: 'ftp://there', CHAT_MODEL: 'tiny' }, 'It has to be a URL such as'],
])('%j says what to set', (environment, words) => {
  expect(() => readModelSettings(environment)).toThrow(words);
});
