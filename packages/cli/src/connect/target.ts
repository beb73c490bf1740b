import { findConfig } from '../config.ts';
import { CliError } from '../cli-error.ts';
import { findModule } from '../target/found.ts';
import { describeTarget } from '../target/described.ts';
import { readManifest } from '../target/module.ts';
import { openTarget } from '../target/target.ts';
import type { Terminal } from '../terminal.ts';
import { resolve } from 'node:path';
import { checkEndpoint, type EndpointReport } from './check/check.ts';
import type { CheckedClient } from './check/client-demands.ts';
import { isEndpoint, toEndpoint } from './endpoint.ts';
import { toHeader } from './header.ts';
import { findScript } from './launch.ts';
import { fitName, nameOfUrl, toGivenName, toServerName } from './server-name.ts';
import type { EnvValue, Server } from './server.ts';

export interface ConnectTarget {
  server: Server;
  /** What was found out about an endpoint, unless it was not looked at. */
  report: EndpointReport | undefined;
  toolNames: readonly string[] | undefined;
  /** True if a person chose the name. */
  isNameGiven: boolean;
}

export interface TargetSettings {
  name?: string | undefined;
  header?: readonly string[] | undefined;
  env?: readonly string[] | undefined;
  ctx?: string | undefined;
  login?: boolean | undefined;
  /** Looks at the endpoint, or loads the module, before anything is written. */
  isChecked: boolean;
  clients: readonly CheckedClient[];
}

/** Finds out what a target is, and looks at it. */
export async function readTarget(
  given: string | undefined,
  settings: TargetSettings,
  terminal: Terminal,
): Promise<ConnectTarget> {
  const spec = given ?? (await findConfig(terminal.cwd)).config.target;
  if (spec === undefined) {
    throw new CliError('There is no target.', {
      fix: 'Name the URL of an endpoint, or the module of the router, such as src/router.ts#appRouter.',
    });
  }
  if (settings.name !== undefined) toGivenName(settings.name);
  return isEndpoint(spec)
    ? readEndpoint(spec, settings, terminal)
    : readModule(given, spec, settings, terminal);
}

async function readEndpoint(
  spec: string,
  settings: TargetSettings,
  terminal: Terminal,
): Promise<ConnectTarget> {
  const { name, header = [], isChecked, clients, login = false, env = [] } = settings;
  if (env.length > 0)
    throw new CliError('--env is for modules.', {
      fix: "Give an endpoint its token with --header 'Name: value'.",
    });
  const url = toEndpoint(spec);
  // The values do not depend on the name, which the endpoint may tell.
  const sent = header.map((text) => toHeader(text, '', terminal.env));
  const headers = Object.fromEntries(
    sent.flatMap(({ name: key, value }) => (value === undefined ? [] : [[key, value]])),
  );
  const report = isChecked
    ? await terminal.work(`Looking at ${url}`, () => checkEndpoint(url, headers, clients))
    : undefined;
  const signedIn =
    login && report?.access === 'oauth' ? await listSignedIn(url, settings, terminal) : undefined;
  const toolNames = signedIn?.toolNames ?? report?.toolNames;
  const own = toServerName(signedIn?.serverName ?? report?.serverName ?? '') || nameOfUrl(url);
  const chosen = chooseName(name, own, toolNames);
  const server: Server = {
    kind: 'http',
    name: chosen,
    url,
    headers: header.map((text) => toHeader(text, chosen, terminal.env)),
  };
  return { server, report, toolNames, isNameGiven: name !== undefined };
}

async function listSignedIn(
  url: string,
  { header = [] }: TargetSettings,
  terminal: Terminal,
): Promise<{ serverName: string | undefined; toolNames: string[] }> {
  const { client, close } = await openTarget(url, { header, login: true }, terminal);
  try {
    const { tools } = await client.listTools();
    return { serverName: client.getServerVersion()?.name, toolNames: tools.map((tool) => tool.name) };
  } finally {
    await close();
  }
}

async function readModule(
  given: string | undefined,
  spec: string,
  settings: TargetSettings,
  terminal: Terminal,
): Promise<ConnectTarget> {
  const { name, header = [], env = [], ctx, isChecked } = settings;
  if (header.length > 0)
    throw new CliError('--header is for endpoints.', {
      fix: 'Give the process of a module its variables with --env NAME=value.',
    });
  const folder = given === undefined ? (await findConfig(terminal.cwd)).folder : terminal.cwd;
  const found = findModule(spec, folder);
  const values = env.map(toEnvValue);
  const loaded = isChecked ? await listModule(given, terminal) : undefined;
  const own = loaded?.serverName ?? readManifest(found.root).name ?? '';
  const server: Server = {
    kind: 'stdio',
    name: chooseName(name, toServerName(own) || 'mcp-server', loaded?.toolNames),
    launch: {
      file: found.file,
      exportName: found.exportName,
      root: found.root,
      script: findScript(found.root),
      ctx: ctx === undefined ? undefined : resolve(terminal.cwd, ctx),
    },
    env: values,
  };
  return { server, report: undefined, toolNames: loaded?.toolNames, isNameGiven: name !== undefined };
}

/** Reads what a module serves, and fails if it cannot be served. Nobody's context is needed for it. */
async function listModule(
  given: string | undefined,
  terminal: Terminal,
): Promise<{ serverName: string | undefined; toolNames: string[] }> {
  const described = await describeTarget(given, {}, terminal);
  if (!described.module) return { serverName: described.server?.name, toolNames: [] };
  const { module, description } = described;
  return {
    serverName: module.options.server?.name ?? module.manifest.name,
    toolNames: description.tools.map((tool) => tool.name),
  };
}

function chooseName(given: string | undefined, own: string, toolNames: readonly string[] = []): string {
  if (given !== undefined) return toGivenName(given);
  return fitName(own, Math.max(0, ...toolNames.map((tool) => tool.length)));
}

/** Reads `NAME=value`, or `NAME` for a variable that the client has itself. */
function toEnvValue(text: string): EnvValue {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw new CliError('This --env has no name that a variable can have.', {
      fix: 'Write it as --env NAME=value, or --env NAME.',
    });
  }
  return { name, value: equals < 0 ? undefined : text.slice(equals + 1) };
}
