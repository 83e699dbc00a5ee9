import assert from 'node:assert/strict';
import { join } from 'node:path';
import pg from 'pg';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import type { ControllerOptions } from './controller-program.ts';
import { addApp, remoteOf } from './sample-app.ts';
import { testSignalbox, visit, type Controller, type TestSignalbox } from './signalbox.ts';
import { tracingApp, type TracingApp } from './tracing-app.ts';

export interface LivingEnvironment {
  id: string;
  branch: string;
  host: string;
  state: string;
  commit: string | null;
}

export interface Finding {
  finding: string;
  subject: string;
  text: string;
}

/** A Signalbox with the tracing app as `notes`, main pushed, for tests of what goes wrong. */
export interface TracedSignalbox {
  signalbox: TestSignalbox;
  /** Of the embedded database and, unless told otherwise, all files. */
  data: string;
  app: TracingApp;
  controller: Controller;
  /** A commit on a branch of main's. */
  branchOf(name: string, files?: Record<string, string>): Promise<string>;
  push(branch: string): Promise<{ accepted: boolean; output: string }>;
  pushLive(branch: string): Promise<void>;
  living(): Promise<LivingEnvironment[]>;
  preview(branch: string): Promise<LivingEnvironment>;
  serves(branch: string, commit: string): Promise<boolean>;
  findings(environment?: string): Promise<Finding[]>;
  inDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export async function tracedSignalbox(
  options: Partial<ControllerOptions> = {},
): Promise<TracedSignalbox> {
  const signalbox = await testSignalbox(options);
  const data = join(signalbox.directory, 'data');
  const controller = await signalbox.start().catch(async (error: unknown) => {
    await signalbox.end();
    throw error;
  });
  const app = await tracingApp('notes');
  const traced: TracedSignalbox = {
    signalbox,
    data,
    app,
    controller,
    async branchOf(name, files = {}) {
      await app.git('checkout', '--quiet', '--force', 'main');
      await app.write({ 'branch.txt': name, ...files });
      return app.commit(name, name);
    },
    push: (branch) => app.push(remoteOf(traced.controller, app), branch),
    async pushLive(branch) {
      const { accepted, output } = await traced.push(branch);
      assert.ok(accepted && /Live: http/.test(output), output);
    },
    async living() {
      const { environments } = await traced.controller.call<{ environments: LivingEnvironment[] }>(
        'GET',
        '/api/v1/environments',
      );
      return environments;
    },
    async preview(branch) {
      const found = (await traced.living()).find((one) => one.branch === branch);
      assert.ok(found, `there is a preview of ${branch}`);
      return found;
    },
    async serves(branch, commit) {
      const { host } = await traced.preview(branch);
      const { body } = await visit(signalbox.gatewayPort, host);
      return (JSON.parse(body) as { commit: string }).commit === commit;
    },
    async findings(environment) {
      const query =
        environment === undefined ? '' : `?environment=${encodeURIComponent(environment)}`;
      const path = `/api/v1/doctor${query}`;
      return (await traced.controller.call<{ findings: Finding[] }>('GET', path)).findings;
    },
    inDatabase: (work) => inDatabase(join(data, 'postgres'), work),
    async end() {
      await app.end();
      await signalbox.end();
    },
  };
  try {
    await addApp(traced.controller, app);
    await app.commit('main', 'first');
    await traced.pushLive('main');
  } catch (error) {
    await traced.end();
    throw error;
  }
  return traced;
}

async function inDatabase<T>(
  directory: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const url = new URL((await ensureEmbeddedPostgres({ directory })).url);
  url.pathname = '/signalbox';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
