import { readdirSync, readFileSync } from 'node:fs';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';
import { pagesFolder, repositoryFolder } from '../site/paths.ts';

/** The pages of docs/ without their ending, such as `deploy/docker`. Those that site/api.ts makes are left out. */
export function listPages(): string[] {
  return listFiles(pagesFolder, '.md')
    .filter((file) => !file.startsWith('api/'))
    .map((file) => file.slice(0, -'.md'.length))
    .toSorted();
}

/** The files under a folder whose names end so, with paths from there. */
export function listFiles(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending));
}

/** What links into and out of a Markdown file of the repository. */
export interface Linked {
  /** Of its headings, as GitHub and the site make them. */
  anchors: Set<string>;
  /** Of links and pictures. */
  targets: string[];
}

const read = new Map<string, Linked>();

/** Reads the links of a Markdown file, by its path in the repository. */
export function readLinks(path: string): Linked {
  const known = read.get(path);
  if (known) return known;
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  const targets: string[] = [];
  const tokens = new MarkdownIt({ html: true }).parse(readFileSync(repositoryFolder + path, 'utf8'), {});
  for (const [index, { children }] of tokens.entries()) {
    if (tokens[index - 1]?.type === 'heading_open') {
      anchors.add(slugger.slug((children ?? []).map(({ content }) => content).join('')));
    }
    for (const token of children ?? []) {
      const target = token.attrGet('href') ?? token.attrGet('src');
      if (target) targets.push(target);
    }
  }
  const linked = { anchors, targets };
  read.set(path, linked);
  return linked;
}
