/** A simple browser for logins: it keeps cookies, follows redirects, and presses buttons. */
export interface Browser {
  /** Opens a page. Stops at the first URL of another origin, where the client waits. */
  open: (url: string | URL) => Promise<Page>;
  /** Presses the button with this text. */
  press: (page: Page, label: string) => Promise<Page>;
}

export interface Page {
  url: URL;
  status: number;
  headers: Headers;
  html: string;
}

export function openBrowser(origin: string): Browser {
  const cookies = new Map<string, string>();

  const load = async (to: URL, init: { method?: string; body?: URLSearchParams } = {}): Promise<Page> => {
    if (to.origin !== origin) return { url: to, status: 0, headers: new Headers(), html: '' };
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(to, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value) cookies.set(name!, value);
      else cookies.delete(name!);
    }
    const location = response.headers.get('location');
    if (location !== null) return load(new URL(location, to));
    const page = { url: to, status: response.status, headers: response.headers, html: await response.text() };
    // A form that submits itself by a script in a real browser.
    return page.html.includes('document.forms[0].submit()') ? submit(page) : page;
  };

  const submit = (page: Page, pressed: Record<string, string> = {}): Promise<Page> => {
    const action = unescape(/<form[^>]*action="([^"]*)"/.exec(page.html)?.[1] ?? page.url.href);
    const hidden = [...page.html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams([
      ...hidden.map(([, name, value]) => [name!, unescape(value!)] as [string, string]),
      ...Object.entries(pressed),
    ]);
    return load(new URL(action, page.url), { method: 'POST', body });
  };

  return {
    open: (url) => load(new URL(url)),
    press(page, label) {
      const buttons = [
        ...page.html.matchAll(/<button[^>]*name="([^"]*)" value="([^"]*)"[^>]*>(.*?)<\/button>/gs),
      ];
      const button = buttons.find(([, , , text]) => text!.includes(label));
      if (!button) throw new Error(`no button says ${label} on ${page.url.href}: ${page.html}`);
      return submit(page, { [button[1]!]: button[2]! });
    },
  };
}

function unescape(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return text
    .replaceAll(/&#(x?)([\da-f]+);/gi, (_, hex, code) => String.fromCodePoint(parseInt(code, hex ? 16 : 10)))
    .replaceAll(/&(amp|lt|gt|quot);/g, (_, name) => entities[name]!);
}
