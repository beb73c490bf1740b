import { mcpHandler } from '@trpc-mcp/core/express';
import express, { type Express } from 'express';
import { skills } from './fixtures/skills.ts';
import { appRouter } from './router.ts';
import type { Context } from './trpc.ts';

/** The options that differ between the runs of the suite. */
export interface Shape {
  fastLane: boolean;
  /** How clients before revision 2026-07-28 are served. */
  legacy: 'stateless' | 'sessions';
}

/** Makes the app that serves the fixtures at `/mcp`. */
export function createApp({ fastLane, legacy }: Shape): Express {
  const handler = mcpHandler(appRouter, {
    createContext: ({ mcp }): Context => ({ notify: handler.notify, isTask: mcp.task !== undefined }),
    server: {
      name: 'conformance',
      version: '1.0.0',
      // The protocol has deprecated this. It is here because the suite of 2025 requires it. Do not use it in new
      // servers.
      capabilities: { logging: {} },
    },
    // The suite is the only caller. Who is not known gets no task.
    callerId: () => 'suite',
    skills,
    fastLane,
    legacy,
  });
  return express().use('/mcp', handler);
}
