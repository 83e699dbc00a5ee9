import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const dist = join(import.meta.dirname, 'dist');
const configFile = join(import.meta.dirname, 'vite.config.ts');
const shared = { configFile, configLoader: 'native', logLevel: 'warn' } as const;

/** What the dashboard is made of; what it is made with stands in the lock file. */
const sources = ['web/**/*.*', 'src/{kernel,api/contract}/**/*.ts', 'package-lock.json'];

/** Builds web/dist unless it is there and made of what stands here now. Two at once do not disturb each other. */
async function buildOnce(): Promise<void> {
  const made = fingerprint();
  const stamp = join(dist, '.made-of');
  if ((await readFile(stamp, 'utf8').catch(() => null)) === made) return;
  const { build } = await import('vite');
  const fresh = join(root, '.signalbox', `web-${process.pid}`);
  await mkdir(fresh, { recursive: true });
  try {
    await build({ ...shared, build: { outDir: fresh, emptyOutDir: true } });
    await writeFile(join(fresh, '.made-of'), made);
    await putInPlace(fresh);
    process.stdout.write('web/build.ts: the dashboard is built.\n');
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** For no longer than two renames there is no dashboard. Somebody else may do the same just now. */
async function putInPlace(fresh: string): Promise<void> {
  for (let left = 5; ; left -= 1) {
    const old = `${fresh}-old-${left}`;
    await rename(dist, old).catch(() => undefined);
    const trouble = await rename(fresh, dist).catch((error: unknown) => error);
    await rm(old, { recursive: true, force: true });
    if (trouble === undefined) return;
    if (left === 0) throw trouble;
  }
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, {
    cwd: root,
    exclude: (path) => path === 'web/dist' || /\.test\.tsx?$/.test(path),
  });
  for (const path of files.sort()) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });
if (values.watch) {
  const { build } = await import('vite');
  await build({ ...shared, build: { outDir: dist, emptyOutDir: true, watch: {} } });
} else
  await buildOnce().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
