import type { Client } from './finding.ts';
import { tokensAreAtMost } from './list-check.ts';
import { findBacktracking, findUngrammatical } from './pattern-check.ts';
import { noBooleanSchemas, patternsAre, refsAre } from './schema-check.ts';

const source = 'ggml-org/llama.cpp common/json-schema-to-grammar.cpp';

export const llamaCpp: Client = {
  title: 'llama.cpp, LM Studio, Ollama',
  rules: [
    {
      id: 'look-around',
      severity: 'error',
      losesAll: true,
      does: 'makes one grammar of all tools, and one pattern with a look-around or a back-reference breaks it',
      fix: 'write the pattern without it, or leave it out and say in the description what is wanted',
      bridge:
        'Such a pattern is not published. The description says what is wanted, and the parser still checks.',
      source: 'email-mcp#72',
      date: '2026-11-28',
      find: patternsAre(findBacktracking),
    },
    {
      id: 'boolean-schema',
      severity: 'error',
      losesAll: true,
      does: 'makes one grammar of all tools, and one boolean in place of a schema breaks it',
      fix: 'write {} in place of true, and leave out what is false',
      bridge: 'No boolean schema is published, except in `additionalProperties`.',
      source,
      date: '2026-11-28',
      find: noBooleanSchemas,
    },
    {
      id: 'foreign-ref',
      severity: 'error',
      losesAll: true,
      does: 'makes one grammar of all tools, and one reference that does not start with #/ breaks it',
      fix: 'put the schema under $defs, and refer to #/$defs/…',
      bridge: 'References start with `#/`, and only recursive schemas have them.',
      source,
      date: '2026-11-28',
      find: refsAre((ref, isFound) => (isFound ? undefined : `refers to ${JSON.stringify(ref)}`)),
    },
    {
      id: 'root-ref',
      severity: 'error',
      losesAll: true,
      does: 'makes one grammar of all tools, and one reference to "#", the whole schema, breaks it',
      fix: 'put the recursive schema under $defs, and refer to #/$defs/…',
      bridge: 'An input that contains itself is published under `$defs` once more, and refers to that.',
      source,
      date: '2026-11-28',
      find: refsAre((ref) => (ref === '#' ? 'refers to "#"' : undefined)),
    },
    {
      id: 'pattern-grammar',
      severity: 'error',
      losesAll: true,
      does: String.raw`makes one grammar of all tools, and one pattern that is not between ^ and $, or with an escape such as \d or \w, breaks it`,
      fix: String.raw`write [0-9] in place of \d, and anchor the pattern; or describe it in words`,
      bridge: 'Patterns are rewritten. The description says what no such pattern can.',
      source: `${source} (_visit_pattern) and src/llama-grammar.cpp (parse_char)`,
      date: '2026-11-28',
      find: patternsAre((pattern) =>
        findBacktracking(pattern) === undefined ? findUngrammatical(pattern) : undefined,
      ),
    },
    {
      id: 'list-tokens',
      severity: 'warning',
      does: 'has the whole list in a context that is often small; more than 10,000 tokens leave less room for the work',
      fix: 'expose fewer procedures, and shorten descriptions',
      bridge: '`budget.listTokens` limits the list.',
      source: 'estimate of this project',
      date: '2026-11-28',
      find: tokensAreAtMost(10_000),
    },
  ],
  facts: [],
};
