import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notesFiles, sampleApp, withPackages, type SampleApp } from './sample-app.ts';

export interface TracingApp extends SampleApp {
  /** All lines so far: `build COMMIT`, and `migrate`, `start` and `job` with database and commit. */
  traces(): Promise<string[]>;
  /** The traces that are there more than once. */
  doubled(): Promise<string[]>;
}

/**
 * The notes app, of which every build, migration, start and job leaves a line in one file, which shows what was
 * done twice. Where the commit holds a file `slow`, build and migration take a second each.
 */
export async function tracingApp(name: string): Promise<TracingApp> {
  const place = await mkdtemp(join(tmpdir(), 'traces-'));
  await chmod(place, 0o777);
  const file = join(place, 'log');
  await writeFile(file, '');
  await chmod(file, 0o666);
  const app = await sampleApp(name, tracingFiles(name, file));
  await withPackages(app, 'pg');
  const traces = async (): Promise<string[]> =>
    (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  return {
    ...app,
    traces,
    async doubled() {
      const all = (await traces()).filter((line) => !line.startsWith('job '));
      return all.filter((line, index) => all.indexOf(line) !== index);
    },
    async end() {
      await app.end();
      await rm(place, { recursive: true, force: true });
    },
  };
}

function tracingFiles(name: string, file: string): Record<string, string> {
  const files = notesFiles(name);
  const trace = (what: string): string =>
    `require('node:fs').appendFileSync(${JSON.stringify(file)}, '${what} ' + new URL(process.env.DATABASE_URL).pathname + ' ' + process.env.SIGNALBOX_COMMIT + '\\n');\n`;
  return {
    ...files,
    'signalbox.yaml': `${files['signalbox.yaml']?.replace(
      /tidy: .*/,
      'tidy: { run: node tidy.js, schedule: "* * * * *" }',
    )}build: { run: "echo build $SIGNALBOX_COMMIT >> ${file}; if [ -e slow ]; then sleep 1; fi" }\n`,
    'tidy.js': trace('job'),
    'server.js': `${trace('start')}${files['server.js']}`,
    'migrate.js': `${trace('migrate')}setTimeout(() => {\n${files['migrate.js']}\n}, require('node:fs').existsSync('slow') ? 1000 : 0);\n`,
  };
}
