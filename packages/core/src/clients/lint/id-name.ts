import type { Argument } from './arguments.ts';
import { nounsOf } from './tool-name.ts';
import { toSingular, wordsOf } from './words.ts';

/** The thing that an id is of: `customerId` is of a `customer`, `id` of what the tool is about. */
export interface IdOf {
  /** The thing, as one word; with the words before it, if there are any: `billing account`. */
  thing: string;
  /** Whether the name is that of a part that something plays, such as `ownerId`: which things play it is not known. */
  isRole: boolean;
}

/** Says which thing the id is of that an argument or a field takes, or `undefined` if it is no id, or of no known thing. */
export function readIdName(
  { name, parents }: Pick<Argument, 'name' | 'parents'>,
  toolName: string,
): IdOf | undefined {
  const words = wordsOf(name).map(toSingular);
  if (!idWords.has(words.at(-1) ?? '')) return undefined;
  const before = words.slice(0, -1).filter((word) => !positions.has(word));
  if (before.some((word) => ofOthers.has(word))) return undefined;
  const own = before.length > 0 ? before : thingAround(parents);
  const things = own.length > 0 ? own : nounsOf(toolName).slice(-1);
  if (things.length === 0) return undefined;
  return { thing: things.join(' '), isRole: roles.has(things.at(-1)!) };
}

const idWords = new Set(['id', 'uuid', 'guid']);

/** `{ customer: { id } }` has the id of a customer, and `{ where: { id } }` that of what the tool is about. */
function thingAround(parents: readonly string[]): string[] {
  const words = wordsOf(parents.at(-1) ?? '').map(toSingular);
  if (words.length > 0 && words.every((word) => containers.has(word)))
    return thingAround(parents.slice(0, -1));
  return words.filter((word) => !positions.has(word));
}

const containers = new Set(
  wordsOf(
    'where input data filter filters params param query args arguments body payload options by key patch change value item row rows entry',
  ),
);

/** Words that say which one of several, and not of what. */
const positions = new Set(
  wordsOf(
    'parent previous next source target root original from to before after new old other first last start end related linked',
  ),
);

/** Ids that come from the caller, or from other systems. */
const ofOthers = new Set(
  wordsOf(
    'request correlation session trace span external reference ref client device event idempotency tax vat national google ' +
      'stripe github gitlab facebook apple microsoft slack shopify paypal twilio oauth tracking browser machine tenant app ' +
      'chat thread channel merchant foreign remote legacy custom public',
  ),
);

/** Parts that people play. */
export const roles: ReadonlySet<string> = new Set(
  wordsOf(
    'author owner assignee manager creator reviewer approver member recipient sender user person account employee customer ' +
      'contact actor agent staff lead participant attendee guest host invitee subscriber viewer editor admin people profile',
  ),
);
