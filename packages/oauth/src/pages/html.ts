/** Markup that is safe to send, because `html` made it. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** What `html` takes. Text is escaped, its own markup is not, and `undefined` and `false` are left out. */
export type HtmlValue = string | Html | readonly HtmlValue[] | undefined | false;

/** Writes markup. Escapes everything that is put into it, except what `html` has made. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.reduce((before, part, index) => before + toMarkup(values[index - 1]) + part));
}

/** Escapes text, for an element or for an attribute in quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

function toMarkup(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  // Whatever else comes from JavaScript is text: only markup of `html` goes unescaped.
  return Array.isArray(value)
    ? value.map(toMarkup).join('')
    : value instanceof Html
      ? value.toString()
      : escapeHtml(String(value));
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
