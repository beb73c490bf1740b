import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { redirectUri } from './target.ts';

/** A server of an attacker, or of a client, with metadata documents. */
export interface DocumentHost extends AsyncDisposable {
  url: string;
  /** How many connections it has got. */
  connections: number;
  requests: string[];
}

export async function startHost(
  listener: RequestListener,
  { address = '127.0.0.1', certificate }: { address?: string; certificate?: Certificate } = {},
): Promise<DocumentHost> {
  const server: Server = certificate ? createTlsServer(certificate) : createServer();
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const name = address.includes(':') ? `[${address}]` : address;
  const host: DocumentHost = {
    url: `${certificate ? 'https' : 'http'}://${name}:${port}`,
    connections: 0,
    requests: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', () => host.connections++);
  server.on('request', (req, res) => {
    host.requests.push(req.url ?? '');
    listener(req, res);
  });
  return host;
}

/** The document of an honest client. */
export function documentOf(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { client_id: id, client_name: 'A client', redirect_uris: [redirectUri], ...more };
}

export interface Certificate {
  key: string;
  cert: string;
}

/** Makes a certificate for this machine, which nobody has signed. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'trpc-mcp-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const request = ['req', '-x509', ...kind, '-subj', '/CN=localhost', '-days', '2', '-addext', names];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'pipe' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
