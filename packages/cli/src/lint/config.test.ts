import { expect, test } from 'vitest';
import { CliError } from '../cli-error.ts';
import { checkLintConfig, toLintOptions } from './config.ts';

test.each([
  [
    { rules: { 'list-unlimitd': 'off' } },
    'names the rule "list-unlimitd", which does not exist\nDid you mean "list-unlimited"?',
  ],
  [
    { rules: { 'list-unlimited': 'warn' } },
    `list-unlimited in package.json is set to "warn"\nSet 'off', 'warning', 'error'`,
  ],
  [
    { rules: { 'tool-tokens': ['warning', { max: 1 }] } },
    'tool-tokens in package.json has no option "max"\nDid you mean "maxTokens"?',
  ],
  [{ rules: { 'name-vague': ['warning', { maxTokens: 1 }] } }, 'It takes no options.'],
  [{ rule: {} }, 'lint in package.json has no setting "rule"\nDid you mean "rules"?'],
  [
    { clients: ['claudecode'] },
    'names the client "claudecode", which is not known\nDid you mean "claude-code"?',
  ],
  [{ maxTokens: '5' }, 'lint.maxTokens in package.json is "5"\nSet a number of 0 or more.'],
  [{ ignore: { users_list: ['nothing-such'] } }, 'names the rule "nothing-such", which does not exist'],
  [{ ignore: ['users_list'] }, 'lint.ignore in package.json is no object'],
])('a setting that is wrong is told: %j', (config, words) => {
  let told = '';
  try {
    checkLintConfig(config, 'package.json');
  } catch (error) {
    told = error instanceof CliError ? `${error.message}\n${error.fix}` : 'no CliError';
  }
  expect(told).toContain(words);
});

test('what is right is taken as it is', () => {
  const config = {
    rules: {
      'list-unlimited': 'off',
      'cursor/name-length': 'warning',
      'tool-tokens': ['error', { maxTokens: 5 }],
    },
    clients: ['cursor'],
    maxTokens: 0,
    maxWarnings: 3,
    ignore: { '*': ['name-vague'], users_me: ['*'] },
  };
  expect(checkLintConfig(config, 'package.json')).toBe(config);
  expect(checkLintConfig(undefined, 'package.json')).toEqual({});
});

test('the command line wins over the configuration, setting by setting', () => {
  const config = {
    rules: { 'name-vague': 'off', 'id-unknown': 'error' },
    clients: ['cursor'],
    maxTokens: 5,
  } as const;
  expect(
    toLintOptions(
      { ...config, clients: [...config.clients] },
      { rule: ['name-vague=warning'], client: ['gemini'] },
    ),
  ).toEqual({
    rules: { 'name-vague': 'warning', 'id-unknown': 'error' },
    clients: ['gemini'],
    maxTokens: 5,
  });
});
