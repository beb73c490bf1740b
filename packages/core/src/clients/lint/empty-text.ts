import { toAction } from './tool-name.ts';
import { toStem, wordsOf } from './words.ts';

/** Says in which way a text says nothing, or `undefined` if it says something. `names` are what a reader knows already. */
export function emptinessOf(text: string, names: readonly string[]): string | undefined {
  if (isPlaceholder(text)) return `is a placeholder (${quote(text)})`;
  const known = new Set(names.flatMap((name) => wordsOf(name).map(toConcept)));
  const said = wordsOf(text)
    .filter((word) => !addsNothing.has(toStem(word)))
    .map(toConcept);
  // "Gets the weather" says no more than "weather"; "Adds a note and returns it" says what comes back.
  if (said.every((word, at) => (at === 0 && (word === '*read' || word === '*run')) || known.has(word)))
    return `says no more than the name (${quote(text)})`;
  return undefined;
}

/** Whether nobody has written the text yet: `TODO`, `Lorem ipsum …`, `test`. */
export function isPlaceholder(text: string): boolean {
  const words = wordsOf(text);
  if (/\blorem ipsum\b/i.test(text)) return true;
  if (unwritten.some((pattern) => pattern.test(text))) return true;
  return words.length > 0 && words.length <= 4 && words.every((word) => placeholders.has(word));
}

const unwritten = [
  // `TODO: describe` is one, and `Todo lists of a user` is not.
  /^\W*(TODO|FIXME|TBD|XXX|WIP)(\W*$|\s*[:(\-–—/,.]|\s+(describe|write|add|fill|document|explain|fix)\b)/,
  /^\W*(todo|fixme|tbd)(\W*$|\s*:|\s+(describe|write|fill in|document|explain)\b)/i,
  /^\W*(insert|add|put|enter|write)\s+(a |the |your |tool )*description( here)?\W*$/i,
  /^\W*(your|some|tool)\s+(tool )?description( here)?\W*$/i,
];

const placeholders = new Set(
  (
    'todo tbd fixme xxx wip test testing tests example foo bar baz qux asdf asd qwerty placeholder description desc ' +
    'none null undefined nil na n a blank empty untitled abc xyz dummy sample stub lorem ipsum blah bla missing unknown ' +
    'no not documented available yet coming soon'
  ).split(' '),
);

/** Words that say nothing about one tool in particular. `all` here is a word, and no verb. */
const addsNothing = new Set(
  wordsOf(
    'a an the this that these those of for to in on at by with from and or it its is are be will can you your our all any ' +
      'one some single given specified provided particular specific certain existing current tool endpoint procedure ' +
      'function method api route query mutation subscription operation action call use used using allows allow lets let ' +
      'to data info information detail details record records entity entities object objects item items ' +
      'resource resources value values database db system server backend simple simply ' +
      'stuff thing things something just via id ids identifier please which when where what',
  ).map(toStem),
);

/** Verbs that a model cannot tell apart are one concept. */
function toConcept(word: string): string {
  const stem = toStem(word);
  for (const each of [word, stem, `${stem}e`, word.replace(/s$/, ''), word.replace(/es$/, '')]) {
    const action = toAction(each);
    if (action !== undefined) return `*${action === 'list' || action === 'search' ? 'read' : action}`;
  }
  return stem;
}

const mostShown = 60;

function quote(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return JSON.stringify(line.length > mostShown ? `${line.slice(0, mostShown)}…` : line);
}
