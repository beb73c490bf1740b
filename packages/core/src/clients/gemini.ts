import type { Client } from './finding.ts';
import { namesFit, namesMatch } from './list-check.ts';
import { enumsAreStrings, formatsAre, hasNone, hasOnly, noConst, noTypeLists } from './schema-check.ts';

const refused = 'refuses all tools if one input schema has ';

const fields =
  'anyOf default description enum example format items maxItems maxLength maxProperties maximum minItems minLength ' +
  'minProperties minimum nullable pattern properties propertyOrdering required title type';

/** The fields of its schemas, and the keywords that have a rule of their own. */
const known = new Set(
  `${fields} exclusiveMinimum exclusiveMaximum const propertyNames $ref $defs`.split(' '),
);

/** Not exact: which of these a version of the API refuses differs between models and between its two fields for schemas. */
export const gemini: Client = {
  title: 'Gemini (API, CLI)',
  rules: [
    {
      id: 'tool-name',
      severity: 'error',
      losesAll: true,
      does: String.raw`refuses all tools if the name of one does not match ^[A-Za-z_][\w.:-]{0,63}$`,
      fix: 'set mcp.name; it starts with a letter or _',
      bridge: 'A procedure whose name starts with a digit needs `mcp.name`.',
      source: 'gemini-cli#20987',
      date: '2026-11-28',
      find: namesMatch(/^[A-Za-z_][\w.:-]{0,63}$/),
    },
    {
      id: 'name-length',
      severity: 'warning',
      does: 'cuts the middle out of names of more than 63 characters (CLI)',
      fix: 'set a shorter mcp.name, or give the server a shorter name',
      bridge:
        'A name of more than 64 characters is a problem of set-up; the name of the server is up to you.',
      source: 'gemini-cli#20987',
      date: '2026-11-28',
      find: namesFit(63, (serverName) => (serverName === '' ? '' : `mcp_${serverName}_`)),
    },
    {
      id: 'exclusive-bound',
      severity: 'error',
      losesAll: true,
      does: `${refused}exclusiveMinimum or exclusiveMaximum`,
      fix: 'use minimum or maximum, and say in the description that the bound itself is not allowed',
      bridge: 'Such a bound becomes `minimum` or `maximum`, and the description says the rest.',
      source: 'pizza-bot#62; goai#108; weave-os/router#65; gemini-cli#13326',
      date: '2026-11-28',
      find: hasNone('exclusiveMinimum', 'exclusiveMaximum'),
    },
    {
      id: 'const-text',
      severity: 'error',
      losesAll: true,
      does: `${refused}a const`,
      fix: 'use an enum of one value',
      bridge: 'A `const` of a text is published as an `enum` of one.',
      source: 'pizza-bot#62; goai#108; weave-os/router#65; gemini-cli#13326',
      date: '2026-11-28',
      find: noConst((value) => typeof value === 'string'),
    },
    {
      id: 'const-value',
      severity: 'warning',
      does: `${refused}a const, and takes no enum of numbers or booleans in its place`,
      fix: 'use texts',
      bridge: 'Nothing: the value is what the procedure takes, and its type says so.',
      source: 'pizza-bot#62; goai#108; weave-os/router#65; gemini-cli#13326',
      date: '2026-11-28',
      find: noConst((value) => typeof value !== 'string'),
    },
    {
      id: 'property-names',
      severity: 'error',
      losesAll: true,
      does: `${refused}propertyNames`,
      fix: 'say in the description what the keys are',
      bridge: '`propertyNames` is not published; the description says what the keys are.',
      source: 'pizza-bot#62; goai#108; weave-os/router#65; gemini-cli#13326',
      date: '2026-11-28',
      find: hasNone('propertyNames'),
    },
    {
      id: 'type-list',
      severity: 'error',
      losesAll: true,
      does: `${refused}a list of types`,
      fix: "write anyOf: [{ type: 'string' }, { type: 'null' }] in place of type: ['string', 'null']",
      bridge: 'Nullable is `anyOf`, never a list of types.',
      source: 'microsoft/vscode-copilot-chat toolSchemaNormalizer.ts at 31acd00',
      date: '2026-11-28',
      find: noTypeLists,
    },
    {
      id: 'ref',
      severity: 'warning',
      does: `${refused}a $ref`,
      fix: 'describe only the first levels of a recursive schema, in mcp.input',
      bridge:
        'Only recursive schemas, and those that would grow too large, have references. Recursion cannot be said otherwise.',
      source: 'pizza-bot#62; goai#108; weave-os/router#65; gemini-cli#13326',
      date: '2026-11-28',
      find: hasNone('$ref'),
    },
    {
      id: 'format',
      severity: 'warning',
      does: `${refused}a format of texts other than enum and date-time`,
      fix: 'describe the format in words',
      bridge: 'Nothing: the formats help all other clients.',
      source: 'pizza-bot#62; goai#108; weave-os/router#65; gemini-cli#13326',
      date: '2026-11-28',
      find: formatsAre(new Set(['enum', 'date-time'])),
    },
    {
      id: 'enum-value',
      severity: 'warning',
      does: `${refused}an enum with values that are not texts`,
      fix: 'use texts',
      bridge: 'Nothing: the values are what the procedure takes.',
      source: 'pizza-bot#62; goai#108; weave-os/router#65; gemini-cli#13326',
      date: '2026-11-28',
      find: enumsAreStrings,
    },
    {
      id: 'dropped-keyword',
      severity: 'warning',
      does: 'has no field for other keywords, such as additionalProperties, prefixItems and oneOf, and drops them (CLI)',
      fix: 'say in the description what the model has to know',
      bridge: 'Nothing: the parser still checks, and its error says what is wanted.',
      source: 'googleapis/js-genai src/types.ts at 00097b3, interface Schema',
      date: '2026-11-28',
      find: hasOnly(known),
    },
  ],
  facts: [],
};
