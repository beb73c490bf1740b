import { isObject, type SchemaObject, typesOf } from '../node.ts';
import { type Argument, argumentsOf, branchesOf } from './arguments.ts';
import { emptinessOf } from './empty-text.ts';
import { eachTool, type LintRule } from './rule.ts';
import { wordsOf } from './words.ts';

/** What the descriptions of arguments lack. */
export const argumentRules: LintRule[] = [
  {
    code: 'argument-undescribed',
    severity: 'warning',
    finds: 'arguments without a description whose name and schema do not say what to send',
    fix: 'describe it in the schema, with .describe(…) in zod',
    example: {
      found: 'value: z.string()',
      fine: "value: z.string().describe('The text to look for'); email: z.email()",
    },
    find: eachTool(({ inputSchema }) =>
      argumentsOf(inputSchema).flatMap((argument) => {
        if (textOf(argument) !== '') return [];
        const why = obscurityOf(argument, inputSchema);
        if (why === undefined) return [];
        return { place: argument.place, message: `${argument.name} has no description, and ${why}` };
      }),
    ),
  },
  {
    code: 'argument-says-nothing',
    severity: 'warning',
    finds:
      'descriptions of arguments that somebody meant to write later, or that repeat a name which says little',
    fix: 'say what to send: its meaning, unit or form, with an example',
    example: {
      found: "value: z.string().describe('The value')",
      fine: "value: z.string().describe('The text to look for')",
    },
    find: eachTool(({ inputSchema }) =>
      argumentsOf(inputSchema).flatMap((argument) => {
        const text = textOf(argument);
        if (text === '') return [];
        const emptiness = emptinessOf(text, [argument.name]);
        // A name that says what to send may be repeated: `email`, "The email".
        const isClear = emptiness?.startsWith('says') && obscurityOf(argument, inputSchema) === undefined;
        if (emptiness === undefined || isClear) return [];
        return { place: argument.place, message: `the description of ${argument.name} ${emptiness}` };
      }),
    ),
  },
];

function textOf({ schema: { description, title } }: Argument): string {
  const text = [description, title].find((each) => typeof each === 'string' && /[\p{L}\p{N}]/u.test(each));
  return typeof text === 'string' ? text.trim() : '';
}

/** Says why a reader cannot know what to send, or `undefined`. */
function obscurityOf({ name, schema, parents }: Argument, root: SchemaObject): string | undefined {
  const words = wordsOf(name);
  const branches = branchesOf(root, schema).map((each) => leafOf(root, each));
  // Values that are listed, forms that are known and fields of their own say it.
  if (branches.every(explainsItself)) return undefined;
  // An input that is no object is listed as one argument of this name.
  if (name === 'input' && parents.length === 0 && Object.keys(propertiesOf(root)).length === 1)
    return undefined;
  if (words.length > 0 && words.every((word) => vague.has(word.replace(/\d+$/, ''))))
    return 'its name does not say what to send';
  const [only = ''] = words;
  if (words.length === 1 && isCryptic(only)) return 'its name is an abbreviation';
  const isNumber = branches.every((each) =>
    typesOf(each).some((type) => type === 'number' || type === 'integer'),
  );
  if (isNumber && measures.has(words.at(-1) ?? '')) return 'its name does not say the unit';
  return undefined;
}

function leafOf(root: SchemaObject, schema: SchemaObject): SchemaObject {
  const { items } = schema;
  if (!typesOf(schema).includes('array') || !isObject(items)) return schema;
  return branchesOf(root, items)[0] ?? schema;
}

function explainsItself(schema: SchemaObject): boolean {
  const isTold = ['enum', 'const', 'format', 'examples', 'pattern'].some((key) => Object.hasOwn(schema, key));
  return isTold || Object.keys(propertiesOf(schema)).length > 0 || Array.isArray(schema['allOf']);
}

function propertiesOf({ properties }: SchemaObject): SchemaObject {
  return isObject(properties) ? properties : {};
}

const vague = new Set(
  (
    'data input value val vals values payload param params parameter parameters arg args argument arguments option options ' +
    'opt opts config cfg conf obj object thing things stuff info foo bar baz qux tmp temp misc extra extras flag flags str ' +
    'string num number int bool json blob meta metadata ctx context spec specs raw res req request item elem element entity ' +
    'entry record var variable field prop props attr attrs attribute attributes any'
  ).split(' '),
);

/** Abbreviations and short words that everybody knows. */
const known = new Set(
  (
    'id ids q by to at in on up ip os url uri css csv tsv sql html xml md http https sms pdf png jpg svg zip tz lat lng lon x y ' +
    'z w h ok ai ui from cc bcc utc vat tld dns ttl ssh ssl tls nth phd pwd vpn cms crm isbn sku iban bic ean gtin hs ms kb mb gb ' +
    'km cm mm kg lb ft rgb hex rpm bpm fps dpi ppi km2 m2 tv pc api sdk mcp cpu gpu ram ssd usd eur gbp ny us uk eu de fr es it ' +
    'nl pl pt se no fi dk as'
  ).split(' '),
);

/** Abbreviations that have a vowel. */
const abbreviations = new Set('qty amt acct addr dept idx'.split(' '));

/** `a`, `qty`, `usr`: too short, or without a vowel. */
function isCryptic(word: string): boolean {
  if (known.has(word) || !/^[a-z]+\d*$/.test(word)) return false;
  const letters = word.replace(/\d+$/, '');
  return abbreviations.has(letters) || letters.length < 3 || !/[aeiouy]/.test(letters);
}

/** What is counted in units that differ: seconds or milliseconds, cents or dollars. */
const measures = new Set(
  'timeout duration delay interval ttl amount price cost fee weight distance width height volume speed'.split(
    ' ',
  ),
);
