interface Answer {
  status: number;
  location: string | null;
  body: unknown;
}

/** A simple browser for the pages of this example: it keeps cookies, and sends the requests of their scripts. */
export class Browser {
  readonly #url: string;
  readonly #person: { email: string; password: string };
  readonly #cookies = new Map<string, string>();

  constructor(url: string, person: { email: string; password: string }) {
    this.#url = url;
    this.#person = person;
  }

  get(path: string): Promise<Answer> {
    return this.#send(new URL(path, this.#url));
  }

  async signIn(query = ''): Promise<string> {
    const { email, password } = this.#person;
    return this.#post('/sign-in/email', { email, password, ...(query && { oauth_query: query }) });
  }

  /** Does what the pages ask for until the client's URL is reached. Returns the parameters of that URL. */
  async allow(start: URL): Promise<URLSearchParams> {
    let url = start;
    for (let steps = 0; steps < 10; steps++) {
      if (url.origin !== this.#url) return url.searchParams;
      const query = url.search.slice(1);
      let next: string | null;
      if (url.pathname === '/sign-in') next = await this.signIn(query);
      else if (url.pathname === '/consent') {
        next = await this.#post('/oauth2/consent', { accept: true, oauth_query: query });
      } else {
        // better-auth tells fetch the URL in the body, because fetch cannot act like a person who follows a link.
        const { location, body } = await this.#send(url);
        next = location ?? (body as { url?: string }).url ?? null;
      }
      if (next === null) throw new Error(`${url.href} leads nowhere`);
      url = new URL(next, this.#url);
    }
    throw new Error(`no end after ${url.href}`);
  }

  async #post(path: string, body: object): Promise<string> {
    const answer = await this.#send(new URL(`/api/auth${path}`, this.#url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#url },
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return (answer.body as { url?: string }).url ?? '';
  }

  async #send(url: URL, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
    const cookie = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    const body: unknown = isJson ? JSON.parse(text) : text;
    return { status: response.status, location: response.headers.get('location'), body };
  }
}
