import { toHtml } from './chat-page.ts';

export interface Ran {
  /** As a person types it. */
  command: string;
  /** As a terminal gets it, with the codes of colours. */
  printed: string;
}

// Codes begin with a control character.
// oxlint-disable no-control-regex

const styles: Record<string, string> = {
  1: 'font-weight:700',
  2: 'color:#a4abb8',
  31: 'color:#ff8f8f',
  32: 'color:#8fd694',
  33: 'color:#f0c674',
  34: 'color:#8ab4f8',
  35: 'color:#d7a6f2',
  36: 'color:#7fd6d6',
};

/** Turns the codes for bold, faint and colours into HTML, and leaves out all others. */
export function paint(printed: string): string {
  let isOpen = false;
  // What was erased later on its line, such as a spinner, is not seen.
  const seen = printed.replaceAll('\r', '').replaceAll(/[^\n]*\u{1b}\[0?[JK]/gu, '');
  const parts = seen.split(/(\u{1b}\[[\d;?]*[A-Za-z])/u);
  const html = parts.map((part) => {
    if (!part.startsWith('\u{1b}')) return toHtml(part);
    const close = isOpen ? '</span>' : '';
    const style = part.endsWith('m') ? styles[part.slice(2, -1)] : undefined;
    isOpen = style !== undefined;
    return style === undefined ? close : `${close}<span style="${style}">`;
  });
  return html.join('') + (isOpen ? '</span>' : '');
}

/** A page that shows commands and what they printed, as a terminal does. */
export function drawTerminal(title: string, ran: readonly Ran[]): string {
  const body = ran.map(({ command, printed }) => `<b>$ ${toHtml(command)}</b>\n${paint(printed.trimEnd())}`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${toHtml(title)}</title><style>
    body { margin: 0; background: #16181d; color: #e6e8ec; }
    pre { margin: 0; padding: 24px 28px; font: 14px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
    b { color: #fff; }
  </style></head><body><main><pre>${body.join('\n\n')}</pre></main></body></html>`;
}
