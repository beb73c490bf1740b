import { dirname, join, normalize } from 'node:path';
import { ts } from 'ts-morph';

/** A block of code of a page, with the line on which its code begins. */
export interface Block {
  language: string;
  line: number;
  text: string;
}

/** The fenced blocks of a page, also those in lists, which are indented. */
export function blocksOf(markdown: string): Block[] {
  const found = markdown.matchAll(/^( *)(```+|~~~+) *(\S*)[^\n]*\n([^]*?)^\1\2$/gm);
  return [...found].map(({ index, 1: indent = '', 3: language = '', 4: text = '' }) => ({
    language,
    line: markdown.slice(0, index).split('\n').length + 1,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** A page without its blocks of code, on the same lines. */
function proseOf(markdown: string): string {
  return markdown.replaceAll(/^( *)(```+|~~~+)[^]*?^\1\2$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
}

/** What is wrong with the syntax of a block, if it stands alone in a file. */
export function findSyntaxFault({ language, text }: Block): string | undefined {
  if (language === 'json') {
    try {
      JSON.parse(text);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
  if (language === 'jsonc') return toWords(ts.parseConfigFileTextToJson('page.jsonc', text).error);
  if (!isCode(language)) {
    return otherLanguages.has(language)
      ? undefined
      : `these pages do not use this language; write ts for TypeScript, text for what a program prints`;
  }
  const { diagnostics } = ts.transpileModule(text, {
    fileName: `page.${language}`,
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ESNext,
      jsx: ts.JsxEmit.Preserve,
    },
  });
  return toWords(diagnostics?.[0]);
}

function toWords(diagnostic: ts.Diagnostic | undefined): string | undefined {
  return diagnostic && ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ');
}

/** The languages of blocks that are no code of ours. */
const otherLanguages = new Set([
  'sh',
  'text',
  'toml',
  'yaml',
  'nginx',
  'caddy',
  'dockerfile',
  'diff',
  'http',
]);

const isCode = (language: string): boolean => /^(?:ts|tsx|js|jsx|mjs|cjs|mts|cts)$/.test(language);

/**
 * Whether code stands in one of the sources, white space aside. Where an excerpt leaves something out, it has an empty
 * line: all of its paragraphs have to stand in the same file.
 */
export function isExcerpt(text: string, sources: readonly string[]): boolean {
  const paragraphs = text
    .trim()
    .split(/\n\s*\n/)
    .map(flatten);
  return sources.some((source) => paragraphs.every((paragraph) => source.includes(paragraph)));
}

/** Removes white space, and commas that only a formatter adds. */
export function flatten(code: string): string {
  return code.replaceAll(/\s+/g, '').replaceAll(/,(?=[)\]}]|$)/g, '');
}

/** The ids that GitHub gives the headings of a page. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of proseOf(markdown).matchAll(/^#+ (.*)$/gm)) {
    const words = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words.replaceAll(/[^\p{L}\p{N}_\s-]/gu, '').replaceAll(/\s/g, '-');
    let count = 0;
    while (anchors.has(count === 0 ? anchor : `${anchor}-${count}`)) count++;
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

/** The links of a page to other files, and to its own headings. */
export function linksOf(markdown: string): { line: number; target: string }[] {
  const text = proseOf(markdown).replaceAll(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
  const found = text.matchAll(/\]\((?!\w+:)([^)\s]+)\)|^\[[^\]]+\]: (?!\w+:)(\S+)$/gm);
  return [...found].map(({ index, 1: inline, 2: below }) => ({
    line: text.slice(0, index).split('\n').length,
    target: inline ?? below ?? '',
  }));
}

/** The path from the root of the repository, and the heading. */
export function resolveLink(page: string, target: string): { path: string; anchor: string | undefined } {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page : normalize(join(dirname(page), file)).replace(/\/$/, '');
  return { path, anchor };
}
