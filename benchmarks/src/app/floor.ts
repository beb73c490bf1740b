import { type AppShape, type Context, createApp } from './router.ts';

interface CallMessage {
  id: number;
  params: { name: string; arguments: unknown };
}

type Callers = Record<string, (input: unknown) => Promise<unknown>>;

/**
 * The least that answers a tool call: one JSON-RPC message in, the procedure called, both copies of its result out.
 * It checks nothing, knows no other method and does not handle errors. Do not use it in an app: it measures the cost
 * of a bridge without any work of its own.
 */
export function createFloor(shape: AppShape): (message: unknown, context: Context) => Promise<string> {
  const router = createApp(shape);
  return async (message, context) => {
    const { id, params } = message as CallMessage;
    const value = await (router.createCaller(context) as unknown as Callers)[params.name]!(params.arguments);
    const content = [{ type: 'text', text: JSON.stringify(value) }];
    const result = { resultType: 'complete', content, structuredContent: value };
    return JSON.stringify({ jsonrpc: '2.0', id, result });
  };
}
