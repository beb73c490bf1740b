import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const repo = fileURLToPath(new URL('../../..', import.meta.url));

export interface PackedPackages extends AsyncDisposable {
  /** The line of an `.npmrc` with which npm finds the packages of this repository here, and all others elsewhere. */
  npmrc: string;
}

/** Packs the packages of this repository, and serves the tarballs to npm in place of published ones. */
export async function servePackages(folder: string): Promise<PackedPackages> {
  const tarballs = new Map<string, Buffer>();
  const manifests = new Map<string, Record<string, unknown>>();
  for (const name of await readdir(join(repo, 'packages'))) {
    const file = join(folder, `${name}.tgz`);
    await exec('npx', ['-y', 'pnpm@12', '--filter', `./packages/${name}`, 'pack', '--out', file], {
      cwd: repo,
    });
    const { stdout } = await exec('tar', ['-xzOf', file, 'package/package.json']);
    tarballs.set(`/${name}.tgz`, await readFile(file));
    manifests.set(`@trpc-mcp/${name}`, JSON.parse(stdout) as Record<string, unknown>);
  }

  const server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url.split('?', 1)[0]!);
    const tarball = tarballs.get(path);
    if (tarball) {
      response.end(tarball);
      return;
    }
    const name = path.slice(1);
    const manifest = manifests.get(name);
    if (!manifest) {
      response.writeHead(404).end('{}');
      return;
    }
    const { port } = server.address() as AddressInfo;
    const file = `/${name.split('/')[1]}.tgz`;
    const version = manifest['version'] as string;
    const integrity = `sha512-${createHash('sha512').update(tarballs.get(file)!).digest('base64')}`;
    const dist = { tarball: `http://127.0.0.1:${port}${file}`, integrity };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...manifest, dist } },
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    npmrc: `@trpc-mcp:registry=http://127.0.0.1:${port}/\n`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
