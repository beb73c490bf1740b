/** A piece of a page in which everything that came from elsewhere is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Writes a piece of a page. Texts between the pieces are escaped, also for attributes in quotes. */
export function markup(
  pieces: TemplateStringsArray,
  ...values: readonly (string | Markup | readonly Markup[])[]
): Markup {
  return new Markup(String.raw({ raw: pieces }, ...values.map(toText)));
}

function toText(value: string | Markup | readonly Markup[]): string {
  if (value instanceof Markup) return value.text;
  return typeof value === 'string' ? escape(value) : value.map(({ text }) => text).join('');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
