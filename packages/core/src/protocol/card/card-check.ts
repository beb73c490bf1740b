import { isHeaderName } from '../../header-name.ts';
import { isRecord } from '../../record.ts';
import type { SetupProblem } from '../../setup-error.ts';
import type { HandlerOptions } from '../options.ts';
import type { CardOptions } from './card.ts';
import { readCardOptions } from './server-card.ts';

/**
 * Finds what makes a card that clients refuse.
 * @see https://github.com/modelcontextprotocol/experimental-ext-server-card/blob/main/schema.json
 */
export function checkCard(options: HandlerOptions): SetupProblem[] {
  const card = readCardOptions(options);
  if (!card) return [];
  const { server } = options;
  const found: Record<string, string | undefined> = {
    'card.name': findNameProblem(card.name ?? server?.name),
    'card.description': findDescriptionProblem(card.description ?? server?.description),
    'card.url': findUrlProblem(card, options.auth?.metadata?.resource),
    'server.version': findVersionProblem(server?.version),
    'server.title': findTitleProblem(server?.title),
    'server.websiteUrl': findPageProblem(server?.websiteUrl),
    'server.icons': findIconsProblem(server?.icons),
    'card.repository': findRepositoryProblem(card.repository),
    'card.headers': findHeadersProblem(card.headers),
  };
  return Object.entries(found).flatMap(([path, message]) =>
    message === undefined ? [] : [{ code: 'CARD_INVALID', path, message }],
  );
}

const namePattern = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;

function findNameProblem(name: unknown): string | undefined {
  if (typeof name === 'string' && name.length <= 200 && namePattern.test(name)) return undefined;
  return `${show(name)} is not a name in reverse-DNS form; set it to a domain of yours backwards, one slash and a name, such as "com.example/billing"`;
}

const mostCharacters = 100;

function findDescriptionProblem(text: unknown): string | undefined {
  const advice = `set it to what people can do with the server, in 1 to ${mostCharacters} characters`;
  if (typeof text !== 'string' || text.trim() === '') return `a card needs a description; ${advice}`;
  return text.length > mostCharacters ? `it has ${text.length} characters; ${advice}` : undefined;
}

function findUrlProblem({ url }: CardOptions, resource: unknown): string | undefined {
  const advice = 'set it to the URL that clients are given, such as "https://app.example.com/mcp"';
  const given = url ?? resource;
  if (given === undefined) return `nobody knows under which URL clients reach this endpoint; ${advice}`;
  const read = parseUrl(given);
  if (!read || /[?#]/.test(read.href) || read.username || read.password)
    return `${show(given)} is not the URL of an endpoint; ${advice}`;
  if (!isSecure(read))
    return `${show(read.href)} is not secure, and clients do not take such a card; write https, unless it is on this machine`;
  const other = url === undefined ? undefined : parseUrl(resource);
  if (!other || withoutSlash(other) === withoutSlash(read)) return undefined;
  return `it differs from the resource of auth, ${show(other.href)}, for which tokens are; remove it`;
}

function withoutSlash({ href }: URL): string {
  return href.replace(/\/$/, '');
}

/** Ranges, such as `^1.2.3`, `>=1.2`, `1.x` and `1 - 2`. */
const rangePattern = /^[\^~<>=]|(?:^|\.)[x*](?:\.|$)|\s|\|\|/i;

function findVersionProblem(version: unknown): string | undefined {
  const isVersion = typeof version === 'string' && version !== '' && version.length <= 255;
  if (isVersion && !rangePattern.test(version)) return undefined;
  return `a card needs the version of the app, such as "1.4.0", and no range; it is ${show(version)}`;
}

function findTitleProblem(title: unknown): string | undefined {
  if (title === undefined) return undefined;
  if (typeof title === 'string' && title !== '' && title.length <= mostCharacters) return undefined;
  return `a card takes a title of 1 to ${mostCharacters} characters; shorten it`;
}

function findPageProblem(url: unknown): string | undefined {
  if (url === undefined || (typeof url === 'string' && parseUrl(url))) return undefined;
  return `${show(url)} is not a URL; write a whole one, such as "https://example.com"`;
}

function findIconsProblem(icons: unknown): string | undefined {
  if (icons === undefined) return undefined;
  if (!Array.isArray(icons)) return 'it has to be a list of icons';
  for (const icon of icons as unknown[]) {
    const message = findIconProblem(icon);
    if (message !== undefined) return message;
  }
  return undefined;
}

function findIconProblem(icon: unknown): string | undefined {
  const { src, mimeType, sizes, theme } = isRecord(icon) ? icon : { src: icon };
  if (isIconUrl(src)) {
    const isRight =
      isTextOrAbsent(mimeType) &&
      (sizes === undefined || areTexts(sizes)) &&
      (theme === undefined || theme === 'light' || theme === 'dark');
    if (isRight) return undefined;
    return `what it says of ${show(src)} is not valid; sizes is a list such as ["48x48"], mimeType a text, and theme "light" or "dark"`;
  }
  return `${show(src)} is not the URL of an icon; a card needs whole ones, such as "https://example.com/icon.png", or data:`;
}

function isIconUrl(src: unknown): boolean {
  return typeof src === 'string' && (src.startsWith('data:') || parseUrl(src) !== undefined);
}

function findRepositoryProblem(repository: unknown): string | undefined {
  if (repository === undefined) return undefined;
  const { url, source, subfolder, id } = isRecord(repository) ? repository : {};
  const isRight = typeof url === 'string' && parseUrl(url) && typeof source === 'string' && source !== '';
  if (isRight && isTextOrAbsent(subfolder) && isTextOrAbsent(id)) return undefined;
  return 'it has to be { url, source } and perhaps subfolder and id, such as { url: "https://github.com/example/app", source: "github" }';
}

function findHeadersProblem(headers: unknown): string | undefined {
  if (headers === undefined) return undefined;
  if (!Array.isArray(headers))
    return 'it has to be a list of headers, such as [{ name: "X-Api-Key", isSecret: true }]';
  for (const header of headers as unknown[]) {
    const { name, variables, ...input } = isRecord(header) ? header : {};
    if (typeof name !== 'string' || !isHeaderName(name)) return `${show(name)} is not the name of a header`;
    const inputs =
      variables === undefined ? [] : isRecord(variables) ? Object.values(variables) : [undefined];
    if (![input, ...inputs].every(isInput))
      return `what it says of ${name} is not valid; the fields are ${Object.keys(inputKinds).join(', ')}, and variables`;
  }
  return undefined;
}

const isText = (value: unknown) => typeof value === 'string';
const isFlag = (value: unknown) => typeof value === 'boolean';
const formats = ['string', 'number', 'boolean', 'filepath'];

const inputKinds: Record<string, (value: unknown) => boolean> = {
  description: isText,
  isRequired: isFlag,
  isSecret: isFlag,
  format: (value) => formats.includes(value as string),
  default: isText,
  placeholder: isText,
  value: isText,
  choices: areTexts,
};

function isInput(input: unknown): boolean {
  return (
    isRecord(input) &&
    Object.entries(input).every(
      ([key, value]) => value === undefined || (Object.hasOwn(inputKinds, key) && inputKinds[key]!(value)),
    )
  );
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

/** Other programs do not repair a URL as browsers do, so it has to be right as it is written. */
function parseUrl(value: unknown): URL | undefined {
  const text = String(value);
  const isWhole = /^https?:\/\/[^\s\\]+$/i.test(text) && URL.canParse(text);
  return isWhole ? new URL(text) : undefined;
}

/** Cards are read over TLS, but for those of a server that runs on this machine. */
function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'missing');
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return typeof value === 'string' ? JSON.stringify(shown) : shown;
}
