import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, such as a Redis, which it can take away and give back. */
export interface TcpProxy extends AsyncDisposable {
  url: string;
  /** Closes every connection and takes no new one, as a server that was killed. */
  cut(): Promise<void>;
  /** Lets nothing through, and says nothing: as a machine that was unplugged. */
  freeze(): void;
  /** Lets commands through, and no answers. */
  muffle(): void;
  restore(): Promise<void>;
}

export async function openTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port: targetPort, protocol } = new URL(target);
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let isMuffled = false;
  let server: Server | undefined;
  let port = 0;

  const join = (downstream: Socket) => {
    const upstream = connect(Number(targetPort) || (protocol.startsWith('redis') ? 6379 : 5432), hostname);
    for (const [from, to] of [
      [downstream, upstream],
      [upstream, downstream],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        const isHeldBack = isFrozen || (isMuffled && from === upstream);
        if (!isHeldBack) to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  };
  const open = async () => {
    server = createServer(join).listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const cut = async () => {
    const closing = server;
    server = undefined;
    const closed = closing && new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await open();
  return {
    url: Object.assign(new URL(target), { hostname: '127.0.0.1', port: String(port) }).href,
    cut,
    freeze: () => (isFrozen = true),
    muffle: () => (isMuffled = true),
    async restore() {
      isFrozen = false;
      isMuffled = false;
      if (!server) await open();
    },
    [Symbol.asyncDispose]: cut,
  };
}
