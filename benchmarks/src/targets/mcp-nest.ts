import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { McpController, McpStrategy, StreamableHttpTransport, Tool } from '@rekog/mcp-nest';
import type { McpContext } from '@rekog/mcp-nest';
import { portOf, type Start } from '../app/listen.ts';
import { createTools } from '../app/tools.ts';

type RawRequest = { headers: { authorization?: string } } | undefined;

export const express: Start = async (shape) => {
  @McpController()
  // oxlint-disable-next-line typescript/no-extraneous-class -- its methods follow
  class Tools {}

  for (const { name, texts, call } of createTools(shape)) {
    const { description, inputSchema: parameters, outputSchema } = texts;
    const value = (args: unknown, context: McpContext) =>
      call(args, context.getRawRequest<RawRequest>()?.headers.authorization);
    // The same as `@Tool(…) name(@Payload() args, @Ctx() context)`, for all tools.
    Object.defineProperty(Tools.prototype, name, { value, configurable: true });
    Payload()(Tools.prototype, name, 0);
    Ctx()(Tools.prototype, name, 1);
    const descriptor = Object.getOwnPropertyDescriptor(Tools.prototype, name)!;
    Tool({ name, description, parameters, outputSchema })(Tools.prototype, name, descriptor);
  }

  @Module({ controllers: [Tools] })
  // oxlint-disable-next-line typescript/no-extraneous-class -- what Nest calls a module
  class App {}

  const strategy = new McpStrategy({
    name: 'bench',
    version: '1.0.0',
    transports: [new StreamableHttpTransport()],
    logging: false,
  });
  const app = await NestFactory.create(App, { logger: false });
  strategy.setHttpAdapter(app.getHttpAdapter());
  app.connectMicroservice({ strategy });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return portOf(app.getHttpServer() as { address(): unknown });
};
