import type { AddressInfo } from 'node:net';
import { mcpHandler } from '@trpc-mcp/core/express';
import { pipeUIMessageStreamToResponse } from 'ai';
import express, { type Request } from 'express';
import { answerChat, type ChatMessage } from './chat.ts';
import { model } from './model.ts';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: { req: Request }): Context => ({ author: req.get('x-author') ?? 'somebody' });

const app = express();
app.use('/mcp', mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' }));

app.post('/chat', express.json(), (req, res) => {
  const left = new AbortController();
  res.on('close', () => left.abort());
  const { messages } = req.body as { messages: ChatMessage[] };
  const stream = answerChat({ messages, ctx: createContext({ req }), model, signal: left.signal });
  void pipeUIMessageStreamToResponse({ response: res, stream });
});

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  console.log(`a chat with a scripted model at ${url}/chat, and for other agents ${url}/mcp`);
});
