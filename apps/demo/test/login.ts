import { type Browser, clientUrlOf, type Page } from '../../../packages/oauth/test/browser.ts';

export { type Browser, openBrowser, type Page } from '../../../packages/oauth/test/browser.ts';

/** Opens a URL, and signs in as the person with this email address if the app asks who it is. */
export async function signIn(browser: Browser, url: string | URL, email: string): Promise<Page> {
  const page = await browser.open(url);
  return page.url.pathname === '/login' ? await choose(browser, page, email) : page;
}

/** Opens a URL, signs in if need be, and allows what is asked. Returns the URL of the client to which the browser is sent. */
export async function allow(browser: Browser, url: string | URL, email: string): Promise<URL> {
  const page = await signIn(browser, url, email);
  return clientUrlOf(page.status === 0 ? page : await browser.press(page, { decision: 'allow' }));
}

/** Presses the button of the person with this email address on the login page. */
export async function choose(browser: Browser, page: Page, email: string): Promise<Page> {
  const buttons = page.forms.flatMap((form) => form.buttons);
  const button = buttons.find(({ text }) => text.includes(email));
  if (!button) throw new Error(`${page.url.href} does not offer ${email}: ${page.html}`);
  return await browser.press(page, { [button.name]: button.value });
}
