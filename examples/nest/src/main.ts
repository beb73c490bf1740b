import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { mcpHandler } from '@trpc-mcp/core/express';
import { AppModule } from './app.module';
import { NotesService } from './notes.service';
import { appRouter, type Context } from './router';

async function main(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error', 'warn'] });
  const notes = app.get(NotesService);
  const createContext = ({ req }: CreateExpressContextOptions): Context => ({
    notes,
    author: req.get('x-author') ?? 'somebody',
  });
  const mcp = mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' });

  app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext }));
  app.use('/mcp', mcp);
  await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
  console.log(`${await app.getUrl()}/mcp`);
}

void main();
