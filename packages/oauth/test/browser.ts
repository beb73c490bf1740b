/** A person's browser for logins: it keeps cookies, follows redirects, and sends forms. It runs no scripts. */
export interface Browser {
  /** Opens a page. Stops at the first URL of another origin, where the client waits. */
  open(url: string | URL): Promise<Page>;
  /** Sends the form of the page that has this button, by the button's name and value. */
  press(page: Page, button: Record<string, string>): Promise<Page>;
  /** Sends a form of the page, with these fields beside its own. */
  send(page: Page, form: Form, more?: [name: string, value: string][]): Promise<Page>;
  cookies: Cookie[];
}

export interface Page {
  url: URL;
  /** 0 if the page is not of the app, and so was not loaded. */
  status: number;
  headers: Headers;
  html: string;
  forms: Form[];
}

export interface Form {
  method: string;
  action: string;
  /** The hidden fields and what is ticked, in order. */
  fields: [name: string, value: string][];
  buttons: { name: string; value: string; text: string }[];
}

export interface Cookie {
  name: string;
  value: string;
  path: string;
  attributes: string;
}

export function openBrowser(origin: string): Browser {
  const cookies: Cookie[] = [];

  const keep = (line: string, from: URL) => {
    const [pair = '', ...rest] = line.split(/;\s*/);
    const attributes = rest.join('; ');
    const path = /(?:^|; )path=([^;]*)/i.exec(attributes)?.[1] ?? from.pathname.replace(/\/[^/]*$/, '') + '/';
    const expires = /(?:^|; )expires=([^;]*)/i.exec(attributes)?.[1];
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(name.length + 1);
    const old = cookies.findIndex((cookie) => cookie.name === name && cookie.path === path);
    if (old !== -1) cookies.splice(old, 1);
    const isGone = /(?:^|; )max-age=0/i.test(attributes) || Date.parse(expires ?? '') <= Date.now();
    if (!isGone) cookies.push({ name, value, path, attributes });
  };
  const isFor = (path: string, url: URL) =>
    url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`);

  const load = async (url: URL, body?: URLSearchParams, referrer?: URL): Promise<Page> => {
    if (url.origin !== origin) return { url, status: 0, headers: new Headers(), html: '', forms: [] };
    const sent = cookies.filter(({ path }) => isFor(path, url)).map(({ name, value }) => `${name}=${value}`);
    const headers: Record<string, string> = {
      cookie: sent.join('; '),
      accept: 'text/html,*/*',
      'sec-fetch-site': referrer ? 'same-origin' : 'none',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...(body && { origin }),
    };
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      ...(body && { body }),
      redirect: 'manual',
      headers,
    });
    for (const line of response.headers.getSetCookie()) keep(line, url);
    const location = response.headers.get('location');
    if (location !== null) {
      await response.body?.cancel();
      return load(new URL(location, url), undefined, referrer);
    }
    const html = await response.text();
    return { url, status: response.status, headers: response.headers, html, forms: readForms(html) };
  };

  const send: Browser['send'] = (page, form, more = []) =>
    load(new URL(form.action, page.url), new URLSearchParams([...form.fields, ...more]), page.url);

  return {
    cookies,
    open: (url) => load(new URL(url)),
    send,
    press(page, button) {
      const [[name, value] = ['', '']] = Object.entries(button);
      const has = ({ buttons }: Form) => buttons.some((each) => each.name === name && each.value === value);
      const form = page.forms.find(has);
      if (!form)
        throw new Error(`${page.url.href} (${page.status}) has no button ${name}=${value}: ${page.html}`);
      return send(page, form, [[name, value]]);
    },
  };
}

/** Opens a URL, and signs this person in if the app asks who it is. Returns the page after that. */
export async function signIn(browser: Browser, url: string | URL, personId: string): Promise<Page> {
  const page = await browser.open(url);
  return /\/login(?:\/|$)/.test(page.url.pathname) ? browser.press(page, { person: personId }) : page;
}

/** Opens a URL, signs in and allows what is asked. Returns the URL of the client where the browser is sent. */
export async function allow(browser: Browser, url: string | URL, personId: string): Promise<URL> {
  const page = await signIn(browser, url, personId);
  return clientUrlOf(page.status === 0 ? page : await browser.press(page, { decision: 'allow' }));
}

/** The URL of the client where the browser was sent. Throws if it is still on a page of the app. */
export function clientUrlOf({ url, status, html }: Page): URL {
  if (status !== 0)
    throw new Error(`The browser is at ${url.href} (${status}), and not at the client: ${html}`);
  return url;
}

function readForms(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = '', content = '']) => {
    const inputs = [...content.matchAll(/<input\b([^>]*)>/g)].map(([, text = '']) => text);
    const sent = inputs.filter(
      (input) => attribute(input, 'type') !== 'checkbox' || /\schecked\b/.test(input),
    );
    return {
      method: attribute(attributes, 'method') ?? 'get',
      action: attribute(attributes, 'action') ?? '',
      fields: sent.map((input) => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? 'on']),
      buttons: [...content.matchAll(/<button\b([^>]*)>(.*?)<\/button>/gs)].map(
        ([, button = '', text = '']) => ({
          name: attribute(button, 'name') ?? '',
          value: attribute(button, 'value') ?? '',
          text: unescapeHtml(text.replaceAll(/<[^>]*>/g, '').trim()),
        }),
      ),
    };
  });
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

function unescapeHtml(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replaceAll(/&(?:#(x?)([\da-f]+)|(amp|lt|gt|quot|apos));/gi, (_, hex, code, name) =>
    code === undefined ? entities[name]! : String.fromCodePoint(parseInt(code, hex ? 16 : 10)),
  );
}
