import type { AppShape } from './app/router.ts';

/** The protocol of a target. The SDK before v2 does not know revision 2026-07-28. */
export type Protocol = 'trpc' | '2026-07-28' | '2025-11-25';

export interface Target {
  /** A file of `targets/`. */
  family: string;
  host: string;
  /** Its name in the tables. */
  label: string;
  protocol: Protocol;
}

/** The options of a server process. */
export interface ServerShape extends AppShape {
  /** What is switched on in a handler of ours, to measure what it costs. */
  handler?: 'sessions' | 'permitted';
  /** Where the keys are by which the handler verifies tokens. Without it, everybody may use it. */
  jwksUri?: string;
  /** Whether the process collects spans of OpenTelemetry. */
  telemetry?: boolean;
  /** For `static`: the file whose bytes are sent. */
  file?: string;
}

const hosts = ['express', 'fastify', 'hono', 'node'] as const;

function onAll(family: string, label: string, protocol: Protocol): Target[] {
  return hosts.map((host) => ({ family, host, label: `${label}, ${host}`, protocol }));
}

/** All targets that can call a procedure. */
export const targets: readonly Target[] = [
  ...onAll('trpc', "tRPC's own endpoint", 'trpc'),
  ...onAll('ours', '@trpc-mcp/core', '2026-07-28'),
  ...onAll('floor', 'hand-written', '2026-07-28'),
  { family: 'sdk', host: 'express', label: 'SDK v2 registerTool, express', protocol: '2026-07-28' },
  { family: 'mcp-handler', host: 'hono', label: 'mcp-handler, hono', protocol: '2026-07-28' },
  { family: 'mcp-nest', host: 'express', label: '@rekog/mcp-nest, express', protocol: '2026-07-28' },
  { family: 'trpc-to-mcp', host: 'express', label: 'trpc-to-mcp, express', protocol: '2025-11-25' },
  { family: 'fastmcp', host: 'own', label: 'fastmcp, its own server', protocol: '2025-11-25' },
];

/** Streams that say one thing and stay open, to compare the memory of listeners with. */
export const streamTarget: Target = {
  family: 'stream',
  host: 'express',
  label: 'open streams, express',
  protocol: '2026-07-28',
};

/** A buffer that is sent as it is, to compare lists with. */
export const staticTarget: Target = {
  family: 'static',
  host: 'express',
  label: 'static buffer, express',
  protocol: '2026-07-28',
};

export function nameOf({ family, host }: Target): string {
  return `${family}-${host}`;
}

export function findTarget(name: string): Target {
  const target = [...targets, staticTarget, streamTarget].find((each) => nameOf(each) === name);
  if (!target) throw new Error(`no target is named "${name}": ${targets.map(nameOf).join(', ')}`);
  return target;
}
