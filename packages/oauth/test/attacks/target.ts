import { createHash, randomBytes } from 'node:crypto';
import { format } from 'node:util';
import { vi } from 'vitest';
import type { OAuthEvent } from '../../src/index.ts';
import { createLog } from '../../src/log.ts';
import { type App, type AppSettings, startApp } from '../app.ts';
import { allow, openBrowser } from '../browser.ts';
import { ada } from '../people.ts';

/** The app that is attacked. */
export interface Target extends App {
  /** What an app without its own `onEvent` prints, line by line. */
  printed: string[];
  /** Forgets what was told and printed, and everything before it. */
  forget(): void;
  /** The refusals that were told since then, each as its type and message. */
  refusals(): string[];
  failures(): OAuthEvent[];
}

/** Starts an app whose events are kept, and are also printed as they are by default. */
export async function startTarget(settings: AppSettings = {}): Promise<Target> {
  const printed: string[] = [];
  const events: OAuthEvent[] = [];
  const spies = (['warn', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((...values: unknown[]) => {
      printed.push(format(...values));
    }),
  );
  const print = createLog();
  const app = await startApp({
    ...settings,
    options: {
      onEvent(event) {
        events.push(event);
        print(event);
      },
      ...settings.options,
    },
  });
  const close = async () => {
    await app.close();
    for (const spy of spies) spy.mockRestore();
  };
  return {
    ...app,
    events,
    printed,
    forget() {
      events.length = 0;
      printed.length = 0;
    },
    refusals: () => events.filter(({ refused }) => refused).map(({ type, message }) => `${type}: ${message}`),
    failures: () => events.filter(({ type }) => type === 'failure'),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Where clients wait. Nothing listens there. */
export const redirectUri = 'http://127.0.0.1:3997/callback';

export interface Client {
  id: string;
  secret?: string | undefined;
  redirectUri: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The body, if it is JSON. */
  json: Record<string, unknown>;
  text: string;
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // The answer is a page, or empty.
  }
  return { status: response.status, headers: response.headers, json, text };
}

export async function sendRegistration(
  app: App,
  body: string | object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${app.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return await readAnswer(response);
}

/** Registers a client, a public one unless the metadata say otherwise. */
export async function register(app: App, metadata: Record<string, unknown> = {}): Promise<Client> {
  const answer = await sendRegistration(app, {
    client_name: 'An attacker',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    ...metadata,
  });
  if (answer.status !== 201) throw new Error(`the registration was refused: ${answer.text}`);
  return {
    id: String(answer.json['client_id']),
    secret: answer.json['client_secret'] as string | undefined,
    redirectUri: (answer.json['redirect_uris'] as string[])[0]!,
  };
}

export function createVerifier(): string {
  return randomBytes(32).toString('base64url');
}

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** Parameters by name. `undefined` leaves one out, an array sends it several times. */
export type Parameters = Record<string, string | readonly string[] | undefined>;

export function toParams(parameters: Parameters): URLSearchParams {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each): [string, string] => [name, each]),
  );
  return new URLSearchParams(pairs);
}

/** The URL of an authorization request as an honest client makes it, with other parameters in place of its own. */
export function authorizationUrl(app: App, client: Client, parameters: Parameters = {}): URL {
  const url = new URL(`${app.url}/oauth/authorize`);
  url.search = toParams({
    client_id: client.id,
    redirect_uri: client.redirectUri,
    response_type: 'code',
    scope: 'app:read',
    state: 'the state',
    resource: app.mcp,
    code_challenge: challengeOf(defaultVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  }).toString();
  return url;
}

export const defaultVerifier: string = createVerifier();

/** Sends a browser there without following it. */
export async function open(url: string | URL, headers: Record<string, string> = {}): Promise<Answer> {
  return await readAnswer(
    await fetch(url, { redirect: 'manual', headers: { accept: 'text/html', ...headers } }),
  );
}

/** Lets a person sign in and allow what is asked. Returns the code that the client gets. */
export async function getCode(
  app: App,
  client: Client,
  { person = ada.id, parameters = {} }: { person?: string; parameters?: Parameters } = {},
): Promise<string> {
  const answer = await allow(openBrowser(app.url), authorizationUrl(app, client, parameters), person);
  const code = answer.searchParams.get('code');
  if (code === null) throw new Error(`there is no code in ${answer.href}`);
  return code;
}

/** Sends a form to an endpoint of the server, as the client. */
export async function post(
  app: App,
  path: string,
  client: Client,
  parameters: Parameters,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = toParams({
    client_id: client.id,
    ...(client.secret !== undefined && { client_secret: client.secret }),
    ...parameters,
  });
  return await readAnswer(await fetch(`${app.url}${path}`, { method: 'POST', body, headers }));
}

/** Redeems a code as an honest client does, with other parameters in place of its own. */
export async function redeem(
  app: App,
  client: Client,
  code: string,
  parameters: Parameters = {},
): Promise<Answer> {
  return await post(app, '/oauth/token', client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: defaultVerifier,
    resource: app.mcp,
    ...parameters,
  });
}

export async function refresh(
  app: App,
  client: Client,
  token: string,
  parameters: Parameters = {},
): Promise<Answer> {
  return await post(app, '/oauth/token', client, {
    grant_type: 'refresh_token',
    refresh_token: token,
    resource: app.mcp,
    ...parameters,
  });
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

export function tokensOf({ status, json, text }: Answer): Tokens {
  if (status !== 200) throw new Error(`the client got no tokens: ${text}`);
  return { accessToken: String(json['access_token']), refreshToken: String(json['refresh_token']) };
}

/** The whole dance of a client. */
export async function connect(
  app: App,
  client: Client,
  options: { person?: string; parameters?: Parameters } = {},
): Promise<Tokens> {
  return tokensOf(await redeem(app, client, await getCode(app, client, options)));
}

/** Calls the MCP endpoint. Returns who the app thinks it is, or the status of the refusal. */
export async function callMe(app: App, token: string): Promise<unknown> {
  const response = await fetch(app.mcp, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'me', arguments: {} },
    }),
  });
  const text = await response.text();
  if (response.status !== 200) return response.status;
  return /"id\\?":\\?"(\w+)/.exec(text)?.[1] ?? text;
}
