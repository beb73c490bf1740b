import { Browser, type Page } from './browser.ts';

/** Somebody with a browser. */
export interface Person {
  browser: Browser;
  /** The pages of logins that they have seen. */
  seen: Page[];
  /** Signs in where that is asked, and allows what is asked for, until the client's redirect URL comes. */
  agree: (start: URL) => Promise<URLSearchParams>;
  /** Signs in without any client. Returns the cookies. */
  signIn: () => Promise<string>;
}

export function openPerson(url: string, user: string, allow = 'Allow'): Person {
  const browser = new Browser(url);
  const seen: Page[] = [];
  const signIn = (page: Page) => browser.press(page, 'Sign in', { user, password: 'open sesame' });
  return {
    browser,
    seen,
    async agree(start) {
      let page = await browser.open(start);
      for (let steps = 0; page.status !== 0; steps++) {
        if (steps > 5) throw new Error(`no end on ${page.url.href}: ${page.html}`);
        seen.push(page);
        page = page.url.pathname === '/login' ? await signIn(page) : await browser.press(page, allow);
      }
      return page.url.searchParams;
    },
    async signIn() {
      await signIn(await browser.open('/login'));
      return browser.cookie;
    },
  };
}
