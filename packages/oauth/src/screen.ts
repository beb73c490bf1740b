import type { ServerResponse } from 'node:http';
import { connectionsPage } from './pages/connections.ts';
import { consentPage } from './pages/consent.ts';
import { styleHash } from './pages/layout.ts';
import { messagePage } from './pages/message.ts';
import type { AppView, ConnectionsView, ConsentView, Pages } from './pages/view.ts';
import { sendPage } from './reply.ts';

/** Makes and sends the pages: those of this package, or the app's own. */
export interface Screen {
  consent: (view: ConsentView<never>) => Promise<string>;
  connections: (view: ConnectionsView<never>) => Promise<string>;
  message: (message: string) => Promise<string>;
  /** `goesTo` is where the browser goes after the form, besides this server. */
  send: (res: ServerResponse, status: number, html: string, goesTo?: string) => void;
  headers: Record<string, string>;
}

export function createScreen(app: AppView, pages: Pages<never> = {}): Screen {
  const isOwn = Object.keys(pages).length > 0;
  const cspFor = (goesTo?: string) =>
    [
      // A page of the app may have its own style and scripts. It cannot be framed, and its forms go only here.
      ...(isOwn
        ? ["object-src 'none'"]
        : ["default-src 'none'", `style-src ${styleHash}`, "img-src 'self' https: data:"]),
      "frame-ancestors 'none'",
      "base-uri 'none'",
      `form-action 'self'${sourceOf(goesTo)}`,
    ].join('; ');
  return {
    consent: async (view) => await (pages.consent ?? consentPage)(view),
    connections: async (view) => await (pages.connections ?? connectionsPage)(view),
    async message(message) {
      const view = { app, title: 'This cannot go on', message };
      try {
        return await (pages.message ?? messagePage)(view);
      } catch {
        // This page says that something is wrong, so it must not fail itself.
        return messagePage(view);
      }
    },
    send: (res, status, html, goesTo) => sendPage(res, status, html, { csp: cspFor(goesTo) }),
    headers: { 'content-security-policy': cspFor(), 'x-frame-options': 'DENY' },
  };
}

/** The redirect after a form counts as part of it. */
function sourceOf(uri: string | undefined): string {
  if (uri === undefined || !URL.canParse(uri)) return '';
  const { protocol, host } = new URL(uri);
  return protocol === 'http:' || protocol === 'https:' ? ` ${protocol}//${host}` : ` ${protocol}`;
}
