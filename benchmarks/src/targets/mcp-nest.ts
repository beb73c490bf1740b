import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { McpController, McpStrategy, StreamableHttpTransport, Tool } from '@rekog/mcp-nest';
import type { McpContext } from '@rekog/mcp-nest';
import { portOf, type Start } from '../app/listen.ts';
import { createCall, toolTexts } from '../app/tools.ts';

type RawRequest = { headers: { authorization?: string } } | undefined;

export const express: Start = async (shape) => {
  const call = createCall(shape);
  const userOf = (context: McpContext) => context.getRawRequest<RawRequest>()?.headers.authorization;
  const { inputSchema: helloIn, outputSchema: helloOut } = toolTexts.hello;
  const { inputSchema: rowsIn, outputSchema: rowsOut } = toolTexts.rows;

  @McpController()
  class Tools {
    @Tool({
      name: 'hello',
      description: toolTexts.hello.description,
      parameters: helloIn,
      outputSchema: helloOut,
    })
    hello(@Payload() args: unknown, @Ctx() context: McpContext) {
      return call('hello', args, userOf(context));
    }

    @Tool({
      name: 'rows',
      description: toolTexts.rows.description,
      parameters: rowsIn,
      outputSchema: rowsOut,
    })
    rows(@Payload() args: unknown, @Ctx() context: McpContext) {
      return call('rows', args, userOf(context));
    }
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
