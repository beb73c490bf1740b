import { createHash } from 'node:crypto';
import { Html, html } from './html.ts';
import { style } from './style.ts';
import { toPlainText } from './text.ts';
import type { AppView, FormView, ScopeView } from './view.ts';

/** The source that allows the style of the pages in a Content-Security-Policy: `'sha256-…'`, with its quotes. */
export const styleHash: string = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** Writes a whole page: the app above, and the content below it. */
export function layoutPage(app: AppView, title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${app.name}</title>
        ${styleElement}
      </head>
      <body>
        <header>${logo(app)}<span>${app.name}</span></header>
        <main>${content}</main>
      </body>
    </html>`.toString();
}

/** Writes the hidden fields of a form. */
export function hiddenFields({ fields }: FormView): Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
}

/** Writes the name of whoever is signed in. */
export function personName(userName: string): Html {
  return html`<strong><bdi>${toPlainText(userName, 100)}</bdi></strong>`;
}

/** The words of a permission. */
export function wordsOf({ name, description }: ScopeView): string {
  return description || name;
}

// Sends no referrer, because the address of a page belongs to one login.
function logo({ logo: source }: AppView): Html | false {
  return (
    source !== undefined &&
    html`<img src="${source}" alt="" width="40" height="40" referrerpolicy="no-referrer" />`
  );
}

const styleElement = new Html(`<style>${style}</style>`);
