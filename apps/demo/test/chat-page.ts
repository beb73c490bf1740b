/** What happened in a chat, in its order. */
export type ChatEvent =
  | { kind: 'person'; text: string }
  | { kind: 'agent'; text: string }
  | { kind: 'call'; tool: string; args: Record<string, unknown>; result: unknown }
  | { kind: 'consent'; question: string; answer: string };

export function toHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const json = (value: unknown): string =>
  toHtml(JSON.stringify(value, undefined, 1).replaceAll(/\n\s*/g, ' '));

function draw(event: ChatEvent): string {
  switch (event.kind) {
    case 'call':
      return `<li class="call"><p><b>${toHtml(event.tool)}</b> <code>${json(event.args)}</code></p>
        <pre>${json(event.result)}</pre></li>`;
    case 'consent':
      return `<li class="consent"><p><b>The server asks you</b></p><p>${toHtml(event.question)}</p>
        <p><span class="answer">${toHtml(event.answer)}</span></p></li>`;
    default:
      return `<li class="${event.kind}"><p>${toHtml(event.text)}</p></li>`;
  }
}

/** A page that shows a chat as clients do: bubbles, calls of tools with their answers, and questions to the person. */
export function drawChat(title: string, events: readonly ChatEvent[]): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${toHtml(title)}</title><style>
    body { margin: 0; padding: 24px 32px; background: #fff; color: #1b1b1f; font: 16px/1.5 system-ui, sans-serif; }
    h1 { margin: 0 0 16px; font-size: 15px; font-weight: 600; color: #55555f; }
    ul { margin: 0; padding: 0; list-style: none; display: flex; flex-direction: column; gap: 14px; }
    p { margin: 0; }
    .person { align-self: flex-end; max-width: 75%; padding: 10px 16px; border-radius: 18px; background: #e8e9f3; }
    .agent { max-width: 80%; }
    .call { padding: 10px 14px; border: 1px solid #d5d5de; border-radius: 10px; background: #fafafc; font-size: 14px; }
    .call code, pre { font: 13px/1.45 ui-monospace, monospace; color: #3f3f4a; }
    pre { margin: 6px 0 0; overflow: hidden; white-space: pre-wrap; overflow-wrap: anywhere; }
    .consent { max-width: 70%; padding: 12px 16px; border: 2px solid #8a5a00; border-radius: 10px; background: #fffaf0; }
    .answer { display: inline-block; margin-top: 8px; padding: 3px 16px; border-radius: 6px; background: #1b4f9c; color: #fff; }
  </style></head><body><main><h1>${toHtml(title)}</h1><ul>${events.map(draw).join('\n')}</ul></main></body></html>`;
}
