import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { createCluster } from 'redis';
import { createCluster as createCluster4 } from 'redis4';
import { createCluster as createCluster5 } from 'redis5';
import { expect, onTestFinished, test } from 'vitest';
import { redis, type RedisClient } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { describeOwnServers, freePort, startServer } from './own-server.ts';

/** A cluster of one node, which clients reach by TLS only with its certificate and its password. */
async function startWithTls() {
  const directory = await mkdtemp(join(tmpdir(), 'trpc-mcp-tls-'));
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...names, ...files],
    {
      stdio: 'ignore',
    },
  );
  const [port, tlsPort] = [await freePort(), await freePort()];
  const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', certificate, '--tls-key-file', key];
  const cluster = ['--cluster-enabled', 'yes', '--dir', directory, '--requirepass', 'secret'];
  const announce = [
    '--cluster-announce-ip',
    '127.0.0.1',
    '--tls-cluster',
    'yes',
    '--tls-ca-cert-file',
    certificate,
  ];
  const server = await startServer(port, [...tls, '--tls-auth-clients', 'no', ...cluster, ...announce]);
  const admin = new Redis({ port, password: 'secret' });
  await admin.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: 16_384 }, (_, slot) => slot));
  await eventually(async () =>
    expect(String(await admin.call('CLUSTER', 'INFO'))).toContain('cluster_state:ok'),
  );
  return {
    port: tlsPort,
    ca: await readFile(certificate, 'utf8'),
    async [Symbol.asyncDispose]() {
      admin.disconnect();
      await server.kill();
      await rm(directory, { recursive: true });
    },
  };
}

const password = 'secret';
const toRoot = (port: number, ca: string) => ({
  url: `rediss://127.0.0.1:${port}`,
  socket: { tls: true as const, ca },
});
const toDefaults = (ca: string) => ({ password, socket: { tls: true as const, ca } });

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describeOwnServers(`a cluster with TLS${hasOpenssl ? '' : ' (skipped: there is no openssl)'}`, () => {
  test.skipIf(!hasOpenssl).each<[string, (port: number, ca: string) => RedisClient]>([
    [
      'ioredis',
      (port, ca) =>
        new Cluster([{ host: '127.0.0.1', port }], {
          redisOptions: { password, tls: { ca } },
          lazyConnect: true,
        }),
    ],
    ['redis 6', (port, ca) => createCluster({ rootNodes: [toRoot(port, ca)], defaults: toDefaults(ca) })],
    ['redis 5', (port, ca) => createCluster5({ rootNodes: [toRoot(port, ca)], defaults: toDefaults(ca) })],
    ['redis 4', (port, ca) => createCluster4({ rootNodes: [toRoot(port, ca)], defaults: toDefaults(ca) })],
  ])('is reached with the settings of the app’s client, with %s', async (_name, create) => {
    await using server = await startWithTls();
    const { store, close } = redis({
      client: create(server.port, server.ca),
      timeoutMs: 10_000,
      onError: () => {},
    });
    onTestFinished(close);
    await store.set('key', '1', 60_000);
    expect(await store.get('key')).toBe('1');
  });
});
