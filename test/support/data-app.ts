import { addApp, notesFiles, sampleApp, withPackages, type SampleApp } from './sample-app.ts';
import { visit, type Controller, type TestSignalbox } from './signalbox.ts';

export interface Seen {
  notes: string[];
  /** The ledger: what its migrations have applied. */
  migrations: string[];
}

/** What an app with data shows on its page; a POST writes a note. */
const server = `const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
pool.on('error', () => {});
const read = (text, values) => pool.query(text, values).then((result) => result.rows.map((row) => row.text));
const server = require('node:http').createServer(async (request, reply) => {
  try {
    if (request.method === 'POST') await read('insert into notes (text) values ($1)', [decodeURIComponent(request.url.slice(1))]);
    reply.end(JSON.stringify({
      notes: await read('select text from notes order by id').catch(() => []),
      migrations: await read('select version as text from schema_migrations order by 1').catch(() => []),
    }));
  } catch (error) {
    reply.statusCode = 500;
    reply.end(error.message);
  }
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
`;

export const dataYaml = (name: string, more = '', preview = 'limit: 40'): string => `app: ${name}
services:
  web: { run: node server.js, stop: 1s }
stores:
  db:
    postgres: { migrate: node migrate.js }
    seed: { from: staging, keep: 3 }
${more}environments:
  preview: { ${preview} }
`;

/** An app whose page shows its data, added and ready to be pushed. */
export async function dataApp(controller: Controller, name: string): Promise<SampleApp> {
  const notes = notesFiles(name);
  const app = await sampleApp(name, {
    'signalbox.yaml': dataYaml(name),
    'server.js': server,
    'migrate.js': notes['migrate.js'] ?? '',
    'migrations/1-notes.sql': notes['migrations/1-notes.sql'] ?? '',
  });
  await withPackages(app, 'pg');
  await addApp(controller, app);
  return app;
}

export interface Eyes {
  /** What the page of an environment's host shows; `note` is written first. */
  see(host: string, note?: string): Promise<Seen>;
}

export function eyes(signalbox: TestSignalbox): Eyes {
  return {
    async see(host, note) {
      const path = `/${encodeURIComponent(note ?? '')}`;
      const method = note === undefined ? 'GET' : 'POST';
      const answer = await visit(signalbox.gatewayPort, host, path, method);
      if (answer.status !== 200) throw new Error(`${host}: ${answer.status} ${answer.body}`);
      return JSON.parse(answer.body) as Seen;
    },
  };
}
