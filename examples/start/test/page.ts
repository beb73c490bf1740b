/** What the Start page tells its reader to do, in its order. */
export type Step =
  | { kind: 'file'; line: number; name: string; text: string }
  /** A command that goes on until it is stopped. */
  | { kind: 'start'; line: number; command: string }
  | { kind: 'run'; line: number; command: string }
  /** What the last command printed. */
  | { kind: 'json'; line: number; text: string }
  | { kind: 'text'; line: number; text: string };

/** Reads the steps of a page. A block that nobody would know what to do with is an error. */
export function readSteps(markdown: string): Step[] {
  return [...markdown.matchAll(/^(?:(.+)\n\n)?```(\w+)\n([^]*?)^```$/gm)].flatMap((match): Step[] => {
    const [whole, words = '', language, text = ''] = match;
    const start = match.index + whole.indexOf('```');
    const line = markdown.slice(0, start).split('\n').length;
    if (language === 'json' || language === 'text') return [{ kind: language, line, text }];
    if (language === 'sh') {
      if (words.endsWith('keep it running:')) return [{ kind: 'start', line, command: text.trim() }];
      const commands = text.trim().split(/(?<!\\)\n/);
      return commands.map((command) => ({ kind: 'run', line, command }));
    }
    const [, name] = /^Write this file as `([\w.]+)`/.exec(words) ?? [];
    if (name === undefined) throw new Error(`line ${line}: the page does not say what to do with this block`);
    return [{ kind: 'file', line, name, text }];
  });
}
