import { newId } from '../../src/kernel/id.ts';
import { speakerByName } from '../../src/people/speaker.ts';
import type { Station } from '../../src/pipeline/candidate.ts';
import { awaitTurn } from '../../src/pipeline/await-turn.ts';
import { beginStage, endCandidate, failStage } from '../../src/pipeline/report-candidate.ts';
import { cancelTrain, departNow } from '../../src/train/cancel-train.ts';
import { depart } from '../../src/train/depart.ts';
import { sendOnItsWay } from '../../src/train/send-on-its-way.ts';
import { listTrains, showTrain, type ShownTrain } from '../../src/train/show-train.ts';
import { tendTrains } from '../../src/train/tend-trains.ts';
import { trainBranch, type Train } from '../../src/train/train.ts';
import type { Flow } from '../../src/workflow/workflow.ts';
import type { TrainGround } from './train-rig.ts';
import { pass, planOf, stationsOf, type TrainYard } from './train-yard.ts';

/** What happens to the newest train. */
export function trainJourney(ground: TrainGround, { green }: TrainYard) {
  const { world, app } = ground;

  const newest = async (): Promise<Train> => {
    const [found] = await listTrains(world, app, 1);
    if (!found) throw new Error('no train');
    return found;
  };
  const look = async (): Promise<Train> => {
    const { id } = await newest();
    await depart(impatientFlow, world, { train: id }).catch(unlessPatient);
    return newest();
  };
  /** What it carries is checked and built. */
  const travel = async () => {
    const train = await newest();
    await sendOnItsWay(world)(await planOf(ground, { ...train, branch: trainBranch(train) }));
    const [staging, production] = await stationsOf(ground, (await newest()).candidate ?? '');
    if (!staging || !production) throw new Error('no stages');
    return { staging, production };
  };

  return {
    newest,
    look,
    /** What the duty does each second. */
    tend: () => tendTrains(world),
    /** Numbers and states, newest first. */
    async trains(): Promise<string[]> {
      return (await listTrains(world, app, 50)).map(({ number, state }) => `${number} ${state}`);
    },
    /** What it carries has passed staging; it has looked. */
    async toTheGate(): Promise<Train> {
      const { staging, production } = await travel();
      await pass(ground, staging);
      await awaitTurn(impatientFlow, world, production).catch(unlessPatient);
      return look();
    },
    /** What it carries fails in staging. */
    async fail(): Promise<Train> {
      const { staging } = await travel();
      await failStage(world, staging, { reason: 'it broke', logTail: '', fix: [] });
      return look();
    },
    /** Its last stage has begun. */
    async enterProduction(): Promise<void> {
      const production = await lastStage(ground, await newest());
      await beginStage(world, production, newId());
    },
    /** Production serves what it carries. */
    async arrive(): Promise<Train> {
      const production = await lastStage(ground, await newest());
      await pass(ground, production);
      const released = { state: 'released', reason: null, stage: null } as const;
      await endCandidate(world, production.way, released);
      return look();
    },
    /** A train leaves with this commit and is cancelled: what was on board, as the database has it. */
    async bring(commit: string): Promise<ShownTrain> {
      await green(commit);
      ground.later(1000);
      await departNow(world, { app: app.name });
      const shown = await showTrain(world, app);
      const speaker = speakerByName('ada', 'admin');
      await cancelTrain(world, { app, speaker, reason: 'it was seen' });
      return shown;
    },
  };
}

async function lastStage(ground: TrainGround, { candidate }: Train): Promise<Station> {
  const last = (await stationsOf(ground, candidate ?? '')).at(-1);
  if (!last) throw new Error('no stage');
  return last;
}

const patience = new Error('It waits.');

/** Steps are taken; where it would wait it stops. */
const impatientFlow: Flow = {
  id: 'train-test',
  step: (_name, act) => act(),
  sleepUntil: () => Promise.reject(patience),
  waitFor: () => Promise.reject(patience),
};

function unlessPatient(error: unknown): void {
  if (error !== patience) throw error;
}
