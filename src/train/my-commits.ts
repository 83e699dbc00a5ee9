import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { runGit } from '../git/repositories.ts';
import type { Speaker } from '../people/person.ts';
import { lastReleased } from '../pipeline/find-candidate.ts';
import { changes } from './tables.ts';
import type { TrainState } from './train.ts';

export interface MyCommit {
  commit: string;
  subject: string;
  at: Date;
  isInProduction: boolean;
  /** The newest train it was on; null: none yet. */
  train: { number: number; state: TrainState; ejected: boolean } | null;
}

const shown = 20;

/** Where somebody's newest commits of the main branch are, newest first; co-authors' count as theirs. Reads only. */
export async function myCommits(
  world: Pick<World, 'db' | 'repositories'>,
  app: App,
  speaker: Speaker,
): Promise<MyCommit[]> {
  if (speaker.emails.length === 0) return [];
  const mine = await commitsBy(world, app, speaker.emails);
  const released = await lastReleased(world.db, app.id);
  const onTrains = await changes.ofCommits(
    world.db,
    app.id,
    mine.map(({ commit }) => commit),
  );
  return Promise.all(
    mine.map(async (one) => {
      const train = onTrains.find(({ commit }) => commit === one.commit);
      const isInProduction =
        released !== null &&
        (await world.repositories.isAncestor(app.name, one.commit, released.commit));
      return {
        ...one,
        isInProduction,
        train: train
          ? { number: train.number, state: train.state, ejected: train.ejectedAt !== null }
          : null,
      };
    }),
  );
}

async function commitsBy(
  { repositories }: Pick<World, 'repositories'>,
  { name, mainBranch }: App,
  emails: readonly string[],
): Promise<Pick<MyCommit, 'commit' | 'subject' | 'at'>[]> {
  const format =
    '%H%x1f%ct%x1f%ae%x1f%(trailers:key=Co-authored-by,valueonly=true,separator=%x20)%x1f%s';
  const git = ['--git-dir', repositories.path(name), 'log', '--max-count=1000'];
  const listed = await runGit([...git, `--format=${format}`, mainBranch, '--']).catch(() => '');
  return listed
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\u001f'))
    .filter(([, , author = '', others = '']) =>
      emails.some(
        (email) => author.toLowerCase() === email || others.toLowerCase().includes(`<${email}>`),
      ),
    )
    .slice(0, shown)
    .map(([commit = '', seconds = '0', , , subject = '']) => ({
      commit,
      subject,
      at: new Date(Number(seconds) * 1000),
    }));
}
