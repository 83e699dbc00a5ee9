import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  apiRig,
  git,
  livingEnvironment,
  shopWithBranches,
  shopYaml,
  type ApiRig,
} from '../../test/support/api-rig.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/config.ts';
import { sql } from '../db/pool.ts';
import { findEnvironment } from '../environments/find-environment.ts';
import type { Environment } from '../environments/environment.ts';
import type { Site } from '../environments/prepare-deploy.ts';
import type { Runtime } from '../runtimes/runtime.ts';

/** The app `shop` with a production that serves its first commit, and candidates that a test makes. */
export interface EvidenceRig {
  rig: ApiRig;
  config: Config;
  environment: Environment;
  deploy: string;
  /** The database of its store. */
  database: string;
  /** A commit on main with these files, known to the controller. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
  /** A candidate and, with `load`, the result of its test `load` in the stage `performance`. */
  candidate(of: { number: number; state: string; load?: unknown }): Promise<string>;
  /** A deploy `next` of a commit into production that has just begun, on this runtime. */
  site(commit: string, runtime?: Runtime): Site;
  close(): Promise<void>;
}

export async function evidenceRig(): Promise<EvidenceRig> {
  const rig = await apiRig();
  const { db } = rig.world;
  const { head } = await shopWithBranches(rig);
  const { id, deploy } = await livingEnvironment(rig, { name: 'production', commit: head });
  const source = join(rig.directory, 'source');
  const { config } = loadConfig(shopYaml);
  const environment = await findEnvironment(db, id);
  return {
    rig,
    config,
    environment,
    deploy,
    database: `sb_env_${id}_db`,
    async commit(files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(source, path)), { recursive: true });
        await writeFile(join(source, path), text);
      }
      await git(source, 'add', '--all', '--force');
      await git(source, 'commit', '-q', '--allow-empty', '-m', 'more');
      const bare = rig.world.repositories.path('shop');
      await git(bare, 'fetch', '-q', source, '+refs/heads/main:refs/heads/main');
      return git(source, 'rev-parse', 'HEAD');
    },
    async candidate({ number, state, load = null }) {
      const candidate = `candidate${number}`;
      await sql`insert into candidates (id, app_id, number, push_id, branch, commit, tree, artifact_key, config, plan, state, ended_at)
        select ${candidate}, id, ${number}, ${candidate}, 'main', ${`${number}`.padEnd(40, '0')}, 't', 'a', '{}', '{}', ${state},
          ${state === 'running' ? null : new Date()} from apps where name = 'shop'`.execute(db);
      await sql`insert into candidate_tests (candidate_id, stage, name, job, state, load)
        values (${candidate}, 'performance', 'load', 'job', 'passed',
          ${load === null ? null : JSON.stringify(load)}::jsonb)`.execute(db);
      return candidate;
    },
    site(commit, runtime = rig.runtime) {
      const order = {
        push: 'p',
        appId: environment.appId,
        app: 'shop',
        branch: 'main',
        main: true,
        environment: id,
        environmentName: 'production',
        artifact: 'a',
        commit,
        config,
        mainBranch: 'main',
        candidate: 'candidate1',
        reset: null,
      };
      const flow = { step: (_: string, act: () => unknown) => act() } as unknown as Site['flow'];
      const world = { ...rig.world, runtime };
      return { flow, world, order, fence: { scope: 'x', epoch: 1 }, deploy: 'next' };
    },
    close: () => rig.close(),
  };
}
