// Checks the package in this folder as it would be published: what is in its tarball, how large that is, whether its source
// maps resolve, and whether its types do. Run after a build, with the most kilobytes that the tarball may have.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';

const mostKilobytes = Number(process.argv[2]);
assert.ok(mostKilobytes > 0, 'give the most kilobytes that the tarball may have');

const folder = mkdtempSync(join(tmpdir(), 'package-'));
try {
  const tarball = join(folder, 'package.tgz');
  execFileSync('pnpm', ['pack', '--out', tarball], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('tar', ['xzf', tarball, '-C', folder]);
  const root = join(folder, 'package');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1));
  const kilobytes = Math.ceil(statSync(tarball).size / 1000);

  checkManifest(manifest);
  checkFiles(manifest, root, files);
  const maps = checkMaps(root, files);
  assert.ok(kilobytes <= mostKilobytes, `the tarball has ${kilobytes} kB, and may have ${mostKilobytes} kB`);
  checkTypes(manifest, tarball);
  console.log(
    `${manifest.name} ${manifest.version}: ${kilobytes} kB, ${files.length} files, ${maps} source maps that resolve`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What the page of a package shows, and what its users' package managers read. */
function checkManifest(manifest) {
  for (const key of ['description', 'license', 'homepage', 'bugs', 'repository', 'engines'])
    assert.ok(manifest[key], `package.json has no ${key}`);
  assert.ok(manifest.keywords.length > 2, 'package.json has hardly any keywords');
  assert.equal(manifest.funding, undefined);
  assert.deepEqual(manifest.publishConfig, { access: 'public', provenance: true });
  assert.ok(existsSync(join('../..', manifest.repository.directory, 'package.json')), 'repository.directory');
  assert.equal(resolve('../..', manifest.repository.directory), process.cwd());
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  for (const [name, range] of Object.entries({
    ...dependencies,
    ...peerDependencies,
    ...optionalDependencies,
  }))
    assert.doesNotMatch(range, /^(?:workspace|catalog|file|link):/, `${name} is ${range}`);
}

function checkFiles(manifest, root, files) {
  // A changeset writes the first CHANGELOG.md, with the first version.
  const isReleased = manifest.version !== '0.0.0';
  for (const name of ['README.md', 'LICENSE', ...(isReleased ? ['CHANGELOG.md'] : [])])
    assert.ok(files.includes(name), `there is no ${name}`);
  assert.ok(readFileSync(join(root, 'README.md'), 'utf8').length > 1000, 'the README says hardly anything');
  if (isReleased) {
    const changes = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    assert.ok(
      changes.includes(`## ${manifest.version}\n`),
      `CHANGELOG.md says nothing of ${manifest.version}`,
    );
  }
  const strange = files.filter(
    (file) =>
      /\.test(?:-d)?\.|\.tsbuildinfo$|(?:^|\/)tsconfig[^/]*\.json$|(?:^|\/)(?:test|node_modules)\//.test(
        file,
      ) || !/^(?:dist|src)\/|^(?:README\.md|LICENSE|CHANGELOG\.md|package\.json)$/.test(file),
  );
  assert.deepEqual(strange, [], 'files that nobody needs');
  for (const file of pathsOf([
    manifest.exports,
    manifest.main,
    manifest.types,
    manifest.bin,
    manifest.typesVersions,
  ]))
    assert.ok(existsSync(join(root, file)), `package.json names ${file}, which is not there`);
}

function pathsOf(value) {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsOf) : [];
}

/** Follows each map to its sources. The first mapped line has to be one that the source has. */
function checkMaps(root, files) {
  const maps = files.filter((file) => file.endsWith('.map'));
  for (const map of maps) {
    const { sources, sourceRoot = '', sourcesContent } = JSON.parse(readFileSync(join(root, map), 'utf8'));
    assert.ok(sources.length > 0, `${map} has no sources`);
    for (const [index, source] of sources.entries()) {
      const file = resolve(root, dirname(map), sourceRoot, source);
      assert.ok(
        sourcesContent?.[index] !== undefined || existsSync(file),
        `${map} names ${source}, which is not there`,
      );
    }
    assert.ok(files.includes(map.slice(0, -'.map'.length)), `${map} belongs to no file`);
  }
  for (const file of files.filter((each) => /\.(?:js|d\.ts)$/.test(each))) {
    const [, map] = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(join(root, file), 'utf8')) ?? [];
    if (map) assert.ok(files.includes(join(dirname(file), map)), `${file} names ${map}, which is not there`);
  }
  return maps.length;
}

/** What has no `require` is for a host that is ESM alone. */
function checkTypes({ exports }, tarball) {
  const esm = Object.keys(exports).filter(
    (key) => key !== './package.json' && exports[key].require === undefined,
  );
  const attw = (...options) =>
    execFileSync('attw', [tarball, '--format', 'ascii', ...options], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const names = esm.map((key) => key.replace(/^\.\//, ''));
  attw(...(names.length > 0 ? ['--exclude-entrypoints', ...names] : []));
  if (names.length > 0) attw('--profile', 'esm-only', '--entrypoints', ...names);
}
