import { findApp } from '../../git/app.ts';
import type { HeldRole } from '../../kernel/role.ts';
import type { Speaker } from '../../people/person.ts';
import { speakerOfToken } from '../../people/speaker.ts';
import { cancelTrain, departNow } from '../../train/cancel-train.ts';
import { castVote, type VoteOrder } from '../../train/cast-vote.ts';
import { delegateVote } from '../../train/delegate-vote.ts';
import { forceTrain } from '../../train/force-train.ts';
import { holdTrain, unholdTrain } from '../../train/hold-train.ts';
import { myCommits } from '../../train/my-commits.ts';
import { nextTrain } from '../../train/prognosis.ts';
import { listTrains, showTrain } from '../../train/show-train.ts';
import { takeBack, takeOff } from '../../train/take-off.ts';
import { namedTrain, shortCommit } from '../../train/train.ts';
import { ejectedWords, voteWords } from '../../train/words.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';
import { listedTrain, shownPrognosis, shownTrain } from './shown-train.ts';

type Reading = 'getTrain' | 'listTrains' | 'getNextTrain' | 'getMyCommits';
type Speaking = 'sayGood' | 'sayBad' | 'delegateVote';
type Steering =
  | 'holdTrain'
  | 'unholdTrain'
  | 'forceTrain'
  | 'ejectChanges'
  | 'revertChanges'
  | 'cancelTrain'
  | 'departNow';

export function trainHandlers(world: ApiWorld): Pick<Handlers, Reading | Speaking | Steering> {
  return { ...reading(world), ...speaking(world), ...steering(world) };
}

const usualLimit = 20;
const mostListed = 200;
const delegatedMs = 30 * 86_400_000;

type Actor = { id: string; name: string; role: string };

const speakerOf = (world: ApiWorld, { id, name, role }: Actor): Promise<Speaker> =>
  // A public endpoint has no speaker; the trains have none of those.
  speakerOfToken(world.db, { id, name, role: role as HeldRole });

function reading(world: ApiWorld): Pick<Handlers, Reading> {
  return {
    async getTrain({ app, number }) {
      return shownTrain(await showTrain(world, await findApp(world.db, app), number));
    },

    async listTrains({ app, limit = usualLimit }) {
      const found = await findApp(world.db, app);
      const all = await listTrains(world, found, Math.min(limit, mostListed));
      return { trains: all.map(listedTrain) };
    },

    async getNextTrain({ app }) {
      return shownPrognosis(await nextTrain(world, await findApp(world.db, app)));
    },

    async getMyCommits({ app }, { actor }) {
      const speaker = await speakerOf(world, actor);
      return { commits: await myCommits(world, await findApp(world.db, app), speaker) };
    },
  };
}

function speaking(world: ApiWorld): Pick<Handlers, Speaking> {
  const vote = async (
    name: string,
    actor: Actor,
    order: Omit<VoteOrder, 'app' | 'speaker' | 'via'>,
  ): Promise<{ text: string }> => {
    const app = await findApp(world.db, name);
    const speaker = await speakerOf(world, actor);
    return { text: voteWords(name, await castVote(world, { ...order, app, speaker, via: 'api' })) };
  };
  return {
    sayGood: ({ app, commit, whom, reason = null, message = null }, { actor }) =>
      vote(app, actor, { answer: 'good', commit, whom, reason, message }),

    sayBad: ({ app, commit, whom, change, reason, message = null }, { actor }) =>
      vote(app, actor, { answer: 'bad', commit, whom, change, reason, message }),

    async delegateVote({ app: name, to, seconds, reason = null }, { actor }) {
      const app = await findApp(world.db, name);
      const speaker = await speakerOf(world, actor);
      const forMs = seconds === undefined ? delegatedMs : seconds * 1000;
      const { until } = await delegateVote(world, { app, speaker, to, forMs, reason });
      return { text: `${to} may answer for ${speaker.name} until ${until.toISOString()}.` };
    },
  };
}

function steering(world: ApiWorld): Pick<Handlers, Steering> {
  const asked = async (name: string, actor: Actor) => ({
    app: await findApp(world.db, name),
    speaker: await speakerOf(world, actor),
  });
  return {
    async holdTrain({ app, seconds, reason }, { actor }) {
      const order = { ...(await asked(app, actor)), forMs: seconds * 1000, reason };
      const { train: number, until } = await holdTrain(world, order);
      return { text: `${namedTrain({ app, number })} is held until ${until.toISOString()}.` };
    },

    async unholdTrain({ app }, { actor }) {
      const { train: number } = await unholdTrain(world, await asked(app, actor));
      return { text: `${namedTrain({ app, number })} is not held any more.` };
    },

    async forceTrain({ app, reason }, { actor }) {
      const forced = await forceTrain(world, { ...(await asked(app, actor)), reason });
      const what = namedTrain({ app, number: forced.train });
      if (forced.missing > 0) return { text: `${what}: one more release manager has to force it.` };
      return { text: `${what} goes on without everybody's word.` };
    },

    async ejectChanges({ app, changes, reason = null }, { actor }) {
      const order = { ...(await asked(app, actor)), changes, reason };
      return { text: ejectedWords(app, await takeOff(world, order)) };
    },

    async revertChanges({ app, changes, reason = null }, { actor }) {
      const order = { ...(await asked(app, actor)), changes, reason };
      const { ejected, reverts } = await takeBack(world, order);
      const main = reverts
        .map(({ commit, subject }) => `${shortCommit(commit)} ${subject}`)
        .join(', ');
      const rest =
        ejected === null
          ? 'The train is cancelled: nothing else was on board.'
          : ejectedWords(app, ejected);
      return {
        text: `${main === '' ? 'The main branch had taken it back before.' : `On the main branch: ${main}.`} ${rest}`,
      };
    },

    async cancelTrain({ app, reason }, { actor }) {
      const { train: number } = await cancelTrain(world, { ...(await asked(app, actor)), reason });
      return { text: `${namedTrain({ app, number })} goes no further.` };
    },

    async departNow({ app }) {
      const train = await departNow(world, { app });
      return { text: `${namedTrain(train)} leaves with ${shortCommit(train.commit)}.` };
    },
  };
}
