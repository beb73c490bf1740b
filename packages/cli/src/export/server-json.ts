import { CliError } from '../cli-error.ts';

export const serverJsonSchema =
  'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

export interface ServerJsonFacts {
  /** The name in the registry, if it was given. */
  name: string | undefined;
  title: string | undefined;
  description: string | undefined;
  version: string;
  websiteUrl: string | undefined;
  /** The endpoint; `undefined` for a server that clients start themselves. */
  url: URL | undefined;
  /** The names of the headers that a caller has to send. */
  headers: readonly string[];
  manifest: Manifest;
}

/** What package.json says. */
export interface Manifest {
  name?: string;
  version?: string;
  description?: string;
  private?: boolean;
  bin?: unknown;
  mcpName?: string;
  repository?: string | { url?: string; directory?: string };
}

/** Makes the file by which the MCP registry knows a server. */
export function toServerJson(facts: ServerJsonFacts): object {
  const { url, manifest } = facts;
  const version = checkVersion(facts.version);
  if (url) checkRemote(url);
  const repository = repositoryOf(manifest);
  const name = checkName(facts.name ?? manifest.mcpName ?? nameOf(url, repository?.url, manifest.name));
  const title = cut(facts.title ?? '');
  const described = [facts.description, manifest.description, title, name].map((each) => cut(each ?? ''));
  const websiteUrl = facts.websiteUrl?.startsWith('https://') ? facts.websiteUrl : undefined;
  return {
    $schema: serverJsonSchema,
    name,
    ...(title !== '' && { title }),
    description: described.find((each) => each !== '')!,
    ...(repository && { repository }),
    version,
    ...(websiteUrl !== undefined && { websiteUrl }),
    ...(url ? { remotes: [toRemote(url, facts.headers)] } : { packages: [toPackage(manifest, version)] }),
  };
}

/** Everybody reads the registry, and everybody's clients connect to what it says. */
function checkRemote(url: URL): void {
  const isLocal = /^(localhost|.*\.localhost|127\..*|\[::1\]|0\.0\.0\.0)$/.test(url.hostname);
  if (isLocal || url.protocol !== 'https:')
    throw new CliError(`The registry takes no endpoint such as ${url.origin}`, {
      fix: 'Give its public URL, with https: --url https://app.example.com/mcp.',
    });
  if (url.username !== '' || url.password !== '')
    throw new CliError('The URL of the endpoint has a password in it, which everybody would read', {
      fix: 'Give the URL without it, and --header for what a caller has to send.',
    });
}

function checkVersion(given: string): string {
  const version = given.trim();
  const isRange =
    /^[\^~<>=]/.test(version) ||
    /\s-\s|\|\|/.test(version) ||
    (/^(v?\d+|[xX*])(\.(\d+|[xX*]))*(-.*)?$/.test(version) &&
      /(^|\.)[xX*](\.|-|$)/.test(version.replace(/-.*/, '')));
  if (!isRange && version !== '' && version !== 'latest' && version.length <= 255) return version;
  throw new CliError(`The registry takes no version such as ${JSON.stringify(given)}`, {
    fix: 'Give one version: --server-version 1.2.3.',
  });
}

const most = 100;

function cut(text: string): string {
  const line = text.trim().split(/\s+/).join(' ');
  if (line.length <= most) return line;
  const [sentence = ''] = /^.*?[.!?](?=\s)/.exec(line) ?? [];
  if (sentence !== '' && sentence.length <= most) return sentence;
  return `${line.slice(0, most - 1).replace(/\s+\S*$/, '')}…`;
}

// Both parts begin and end with a letter or a digit.
const legal = /^[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]\/[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$/;

function checkName(name: string | undefined): string {
  const fix =
    'Give one with --name: io.github.<user>/<server>, or your domain reversed, such as com.example/notes.';
  if (name === undefined)
    throw new CliError('There is no name for the registry, and none can be made of the URL', { fix });
  if (!legal.test(name) || name.length > 200)
    throw new CliError(`${name} is no name in the registry: it has to be <namespace>/<server>`, { fix });
  return name;
}

/** By the domain of the endpoint, else by the repository at GitHub. */
function nameOf(
  url: URL | undefined,
  repository: string | undefined,
  app: string | undefined,
): string | undefined {
  const server = (app ?? 'mcp')
    .replace(/^@[^/]*\//, '')
    .replaceAll(/[^\w.-]/g, '-')
    .replaceAll(/^\W+|[\W_]+$/g, '');
  const labels = url?.hostname.split('.') ?? [];
  const isDomain = labels.length > 1 && !/^\d+$/.test(labels.at(-1)!) && !url!.hostname.includes(':');
  if (isDomain) return `${labels.toReversed().join('.')}/${server}`;
  const user = /^https:\/\/github\.com\/([^/]+)\//.exec(repository ?? '')?.[1];
  return user === undefined ? undefined : `io.github.${user}/${server}`;
}

function repositoryOf({
  repository,
}: Manifest): { url: string; source: string; subfolder?: string } | undefined {
  const given = typeof repository === 'string' ? { url: repository } : (repository ?? {});
  const text = given.url ?? '';
  const [, host = 'github', path] =
    /^(?:git\+)?(?:(?:https?|ssh|git):\/\/(?:[^@/]+@)?|git@)?(?:www\.)?(github|gitlab)(?:\.com[/:]|:)([^#]+?)(?:\.git)?(?:#.*)?$/.exec(
      text,
    ) ??
    /^()([\w.-]+\/[\w.-]+)$/.exec(text) ??
    [];
  if (path === undefined || !/^[\w.-]+(\/[\w.-]+)+$/.test(path)) return undefined;
  const source = host === '' ? 'github' : host;
  const directory = (given as { directory?: string }).directory?.replace(/^(\.?\/)+|\/+$/g, '');
  const isClean =
    directory !== undefined &&
    /^[\w.-]+(\/[\w.-]+)*$/.test(directory) &&
    !/(^|\/)\.\.?(\/|$)/.test(directory);
  // A repository at GitHub has two parts; what follows is a place in it.
  const own = source === 'github' ? path.split('/').slice(0, 2).join('/') : path;
  return {
    url: `https://${source}.com/${own}`,
    source,
    ...(isClean && { subfolder: directory }),
  };
}

function toRemote(url: URL, headers: readonly string[]): object {
  return {
    type: 'streamable-http',
    url: url.href,
    ...(headers.length > 0 && {
      headers: headers.map((name) => ({
        name,
        description: isSecret(name) ? 'The credential of the caller' : `The value of ${name}`,
        isRequired: true,
        isSecret: isSecret(name),
      })),
    }),
  };
}

/** A value in a registry is public, so a header is taken for a secret unless its name is known not to be one. */
function isSecret(name: string): boolean {
  return !/^(accept|accept-language|user-agent|x-(tenant|workspace|region|locale|version)(-id)?)$/i.test(
    name,
  );
}

function toPackage({ name, bin, private: isPrivate }: Manifest, version: string): object {
  if (name === undefined || bin === undefined || isPrivate === true)
    throw new CliError(
      'The registry needs the URL of an endpoint, or a public npm package that starts the server',
      {
        fix: 'Give the URL: --url https://app.example.com/mcp. For a package, package.json needs "name" and "bin", and must not be private.',
      },
    );
  return { registryType: 'npm', identifier: name, version, transport: { type: 'stdio' } };
}
