import { html } from './html.ts';
import { layoutPage } from './layout.ts';
import { toPlainText } from './text.ts';
import type { MessageView } from './view.ts';

/** Writes the page that says why a login cannot go on. */
export function messagePage({ app, title, message }: MessageView): string {
  const heading = toPlainText(title, 120);
  return layoutPage(
    app,
    heading,
    html`<h1>${heading}</h1>
      <p>${toPlainText(message, 1000)}</p>`,
  );
}
