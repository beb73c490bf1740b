import { createHmac, randomUUID } from 'node:crypto';
import type { HandlerOptions } from '@trpc-mcp/core';
import express, { type ErrorRequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { loginPath } from '../auth/login.ts';
import { refuseOthers } from '../auth/same-origin.ts';
import { findUserBySession } from '../context.ts';
import type { Database } from '../db/database.ts';
import { builtPages, sendPage } from '../page.ts';
import { conversationInput } from './conversation.ts';
import type { ChatSession } from './message.ts';
import type { ModelSettings } from './model-settings.ts';

export interface ChatOptions {
  db: Database;
  model: ModelSettings;
  /** Signs the questions to which people consent. */
  secret: string;
  /** What this node shares with others. */
  shared?: Pick<HandlerOptions, 'store' | 'secret'>;
  /** Where Vite has built the pages. */
  folder?: string;
}

/** Serves the chat: its page, who looks at it, and the answers. */
export function createChat({ db, model, secret, shared = {}, folder = builtPages }: ChatOptions): Router {
  const router = Router();
  // The store remembers which consents were used. What lives no longer than this process must not know those of an earlier one.
  const place = shared.store ? 'shared' : randomUUID();

  router.get('/chat', async (req, res) => {
    if (await findUserBySession(db, req)) sendPage(res, 'chat.html', folder);
    else res.redirect(303, `${loginPath}?returnTo=/chat`);
  });

  router.get('/chat/session', async (req, res) => {
    const user = await findUserBySession(db, req);
    if (!user) return refuse(res, 401, signInFirst);
    const { id, name, role } = user;
    const session: ChatSession = { person: { id, name, role } };
    if (model.kind === 'endpoint') session.model = model.model;
    res.set('cache-control', 'no-store').json(session);
  });

  router.post('/chat', refuseOthers, express.json({ limit: '1mb' }), async (req, res) => {
    const user = await findUserBySession(db, req);
    if (!user) return refuse(res, 401, signInFirst);
    const { success, data: conversation, error } = conversationInput.safeParse(req.body);
    if (!success) return refuse(res, 400, `This is no conversation.\n${z.prettifyError(error)}`);
    if (conversation.person !== user.id) {
      return refuse(res, 409, `You are ${user.name} now. Load the page again to begin as ${user.name}.`);
    }
    // The AI SDK is loaded when somebody chats, so that the demo starts without it.
    const { answer } = await import('./answer.ts');
    // A consent is good on the day of its question, because the store remembers for a day that it was used.
    const day = new Date().toISOString().slice(0, 10);
    const approvalSecret = createHmac('sha256', secret).update(`chat ${user.id} ${day} ${place}`).digest();
    const refusal = await answer({
      db,
      model,
      user,
      req,
      res,
      shared,
      approvalSecret,
      messages: conversation.messages,
    });
    if (refusal !== undefined) refuse(res, 400, refusal);
  });

  router.use('/chat', refuseBody);
  return router;
}

const signInFirst = `Sign in first, at ${loginPath}?returnTo=/chat.`;

function refuse(res: Response, status: number, words: string): void {
  res.status(status).type('text/plain').send(words);
}

/** Says in words why a body could not be read. */
const refuseBody: ErrorRequestHandler = (error: { type?: string; status?: number }, _req, res, next) => {
  if (error.type === 'entity.too.large') {
    refuse(res, 413, 'This conversation has become too long. Begin a new one.');
  } else if (error.status !== undefined && error.status < 500) {
    refuse(res, error.status, 'The body of the request has to be JSON.');
  } else {
    next(error);
  }
};
