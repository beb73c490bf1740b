import { expectTypeOf, test } from 'vitest';
import { connectionsPage } from './connections.ts';
import { consentPage } from './consent.ts';
import { messagePage } from './message.ts';
import type { ConsentView, Pages } from './view.ts';

interface Person {
  id: string;
  team: string;
}

test('the pages of this package can stand among those of an app, or be wrapped by them', () => {
  expectTypeOf({ consent: consentPage, connections: connectionsPage, message: messagePage }).toExtend<
    Pages<Person>
  >();
  const pages: Pages<Person> = {
    consent: (view) => consentPage({ ...view, userName: `${view.userName}, ${view.user.team}` }),
  };
  expectTypeOf(pages.consent!).parameter(0).toEqualTypeOf<ConsentView<Person>>();
});

test('a page is text, and the person is whoever the app says', () => {
  expectTypeOf(consentPage).returns.toEqualTypeOf<string>();
  expectTypeOf<ConsentView['user']>().toBeUnknown();
  expectTypeOf<ConsentView['asked']>().not.toBeAny();
  // @ts-expect-error A page that returns nothing would leave the browser empty.
  const pages: Pages<Person> = { message: () => undefined };
  expectTypeOf(pages).toEqualTypeOf<Pages<Person>>();
});
