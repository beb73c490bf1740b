export interface Page {
  url: URL;
  status: number;
  html: string;
}

/** A simple browser for the pages of one origin: it keeps cookies, follows redirects, and sends forms. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The header `Cookie`. */
  get cookie(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  /** Opens a page. Stops at the first URL of another origin, where a client waits. */
  async open(url: string | URL, body?: URLSearchParams): Promise<Page> {
    const to = new URL(url, this.#origin);
    if (to.origin !== this.#origin) return { url: to, status: 0, html: '' };
    const sent = body && { method: 'POST', body };
    const headers = { cookie: this.cookie, ...(body && { origin: this.#origin }) };
    const response = await fetch(to, { ...sent, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) return this.open(new URL(location, to));
    return { url: to, status: response.status, html: await response.text() };
  }

  /** Fills in the form with the button that begins with this text, and presses the button. */
  async press(page: Page, label: string, filled: Record<string, string> = {}): Promise<Page> {
    const forms = page.html.match(/<form[^]*?<\/form>/g) ?? [];
    for (const form of forms) {
      const buttons = form.matchAll(/<button([^>]*)>([^]*?)<\/button>/g);
      const button = [...buttons].find(([, , text]) =>
        text!
          .replaceAll(/<[^>]*>/g, '')
          .trim()
          .startsWith(label),
      );
      if (!button) continue;
      const hidden = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => input);
      const fields = [...hidden, button[1]!].map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]);
      const named = fields.filter(([name]) => name !== undefined);
      const body = new URLSearchParams({ ...Object.fromEntries(named), ...filled });
      const action = attribute(/<form[^>]*>/.exec(form)![0], 'action');
      return this.open(new URL(action ?? page.url, page.url), body);
    }
    throw new Error(`no button begins with "${label}" on ${page.url.href}: ${page.html}`);
  }
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return value?.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => entities[entity]!);
}
