import type { Tool } from '@modelcontextprotocol/client';
import { areaOf } from '../list/list.ts';
import type { RawLists } from '../target/lists.ts';

export interface LlmsTxtFacts {
  title: string;
  description: string | undefined;
  instructions: string | undefined;
  /** The endpoint, if it is known. */
  url: URL | undefined;
  websiteUrl: string | undefined;
  /** The groups of tools, by their names. */
  areas: ReadonlyMap<string, string>;
}

/** Writes a page for models as llmstxt.org describes it: a title, a summary, and sections with lists. */
export function toLlmsTxt(lists: RawLists, facts: LlmsTxtFacts): string {
  const { title, description, instructions, url, websiteUrl } = facts;
  const summary = description ?? `${title} can be used by agents: it is an MCP server.`;
  const parts = [
    `# ${line(title)}`,
    `> ${line(summary)}`,
    ...(instructions === undefined ? [] : [instructions.replaceAll(/^#/gm, String.raw`\#`).trim()]),
    ['## Connect', ...connect(url, websiteUrl)].join('\n'),
    ...toSections(lists.tools, facts.areas),
    ...toList('Resources', [
      ...lists.resources.map(({ name, uri, description: about }) => entry(name, `\`${uri}\``, about)),
      ...lists.templates.map(({ name, uriTemplate, description: about }) =>
        entry(name, `\`${uriTemplate}\``, about),
      ),
    ]),
    ...toList(
      'Prompts',
      lists.prompts.map(({ name, arguments: args = [], description: about }) =>
        entry(
          name,
          args.map((each) => (each.required === true ? each.name : `${each.name}?`)).join(', '),
          about,
        ),
      ),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function connect(url: URL | undefined, websiteUrl: string | undefined): string[] {
  return [
    '',
    url
      ? `- [MCP endpoint](${url.href}): streamable HTTP. In Claude Code: \`claude mcp add --transport http ${url.hostname.split('.').at(-2) ?? 'app'} ${url.href}\``
      : '- It is an MCP server over streamable HTTP. Ask its operator for the URL.',
    ...(websiteUrl === undefined ? [] : [`- [Website](${websiteUrl})`]),
  ];
}

function toSections(tools: readonly Tool[], areas: ReadonlyMap<string, string>): string[] {
  const areaOfTool = ({ name }: Tool): string => areas.get(name) ?? areaOf(name);
  return [...new Set(tools.map(areaOfTool))].toSorted().flatMap((area) =>
    toList(
      `Tools: ${area}`,
      tools
        .filter((tool) => areaOfTool(tool) === area)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((tool) => entry(tool.name, argumentsOf(tool), tool.description)),
    ),
  );
}

function argumentsOf({ inputSchema }: Tool): string {
  const { properties = {}, required = [] } = inputSchema;
  return Object.keys(properties)
    .map((name) => (required.includes(name) ? name : `${name}?`))
    .join(', ');
}

function toList(heading: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [[`## ${line(heading)}`, '', ...entries].join('\n')];
}

function entry(name: string, inside: string, description = ''): string {
  const about = firstSentence(description);
  return `- **${name}**${inside === '' ? '' : ` (${inside})`}${about === '' ? '' : `: ${about}`}`;
}

function firstSentence(text: string): string {
  const whole = line(text);
  return /^.*?[.!?](?=\s|$)/.exec(whole)?.[0] ?? whole;
}

/** One line of text that Markdown shows as it is written, without what a terminal would take for a command. */
function line(text: string): string {
  const plain = text
    // eslint-disable-next-line no-control-regex
    .replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, '')
    .replaceAll(/[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, ' ');
  return plain
    .trim()
    .split(/\s+/)
    .join(' ')
    .replaceAll(/[\\`*[\]<>]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`);
}
