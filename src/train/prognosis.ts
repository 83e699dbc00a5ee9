import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { people } from '../people/person.ts';
import { stagesOf } from '../pipeline/candidate.ts';
import { readConfig } from '../git/push.ts';
import { passengersOf, type Passenger } from './consent.ts';
import { boardingAt } from './departures.ts';
import { freezesOf } from './freeze.ts';
import { shownInstant } from './local-time.ts';
import { platform, type Waiting } from './platform-tables.ts';
import { trains } from './tables.ts';
import { lastDeparture, nextDepartures } from './timetable.ts';
import { namedTrain, shortCommit, type Change, type TrainSettings } from './train.ts';
import { isOpen, nextOpening } from './windows.ts';

/** What the next train would do, without doing anything. */
export interface Prognosis {
  /** When it would leave; null: as soon as nothing keeps it, or never. */
  at: Date | null;
  /** The departures after that. */
  later: Date[];
  /** What keeps it from leaving, in words; empty: nothing. */
  keptBy: string[];
  commit: string | null;
  onBoard: Change[];
  passengers: Passenger[];
  /** What it would pass through. */
  stages: string[];
  /** What would not be on board, and why. */
  skipped: { what: string; why: string }[];
  settings: TrainSettings | null;
}

/** Reads only. */
export async function nextTrain(world: World, app: App): Promise<Prognosis> {
  const now = world.clock.now();
  const newest = await platform.newest(world.db, app.id, now);
  const settings = newest?.settings ?? null;
  const [at = null, ...later] = newest ? await departuresAhead(world, newest, now) : [];
  const boarding = newest ? await boardingAt(world, app.id, { greenAt: now }) : null;
  const onBoard = boarding?.kind === 'boards' ? boarding.onBoard : [];
  const emails = onBoard.flatMap(({ authors }) => authors.map(({ email }) => email));
  return {
    at,
    later,
    keptBy: [
      ...(await whatKeepsIt(world, app, { settings, now })),
      ...(boarding?.kind === 'stays' ? [boarding.why] : []),
    ],
    commit: boarding?.kind === 'boards' ? boarding.waiting.commit : null,
    onBoard,
    passengers: passengersOf(onBoard, await people.byEmails(world.db, emails)),
    stages: boarding?.kind === 'boards' ? await stagesAt(world, app, boarding.waiting.commit) : [],
    skipped: await skipped(world, app, onBoard),
    settings,
  };
}

const shownDepartures = 3;

/** When trains leave: a departure in a closed window as soon as that opens, with all the others until then. */
async function departuresAhead(
  world: World,
  { appId, settings }: Waiting,
  now: Date,
): Promise<Date[]> {
  const found: Date[] = [];
  const missed = await missedDeparture(world, { appId, settings, now });
  for (let after = now; found.length < shownDepartures; after = found.at(-1) ?? now) {
    const [departure] = missed && found.length === 0 ? [now] : nextDepartures(settings, after, 1);
    if (!departure) break;
    found.push(nextOpening(settings.windows, departure));
  }
  return found;
}

/** Whether a departure waits for its window; what else keeps one is said in words. */
async function missedDeparture(
  world: World,
  { appId, settings, now }: { appId: string; settings: TrainSettings; now: Date },
): Promise<boolean> {
  const due = isOpen(settings.windows, now) ? null : lastDeparture(settings, now);
  if (due === null || (await trains.departedSince(world.db, appId, due))) return false;
  return (await boardingAt(world, appId, { greenAt: due })).kind === 'boards';
}

async function whatKeepsIt(
  world: World,
  app: App,
  { settings, now }: { settings: TrainSettings | null; now: Date },
): Promise<string[]> {
  if (settings === null)
    return ['no green commit of the main branch has a train section in its signalbox.yaml'];
  const words: string[] = [];
  for (const { by, reason, until } of await freezesOf(world.db, app.id, now))
    words.push(`frozen by ${by} until ${shownInstant(until, settings.timezone)}: ${reason}`);
  const open = await trains.open(world.db, app.id);
  if (open && settings.next === 'wait')
    words.push(
      `${namedTrain(open)} is still under way (${open.state}${open.reason === null ? '' : `: ${open.reason}`})`,
    );
  if (settings.departs === null && !isOpen(settings.windows, now))
    words.push(
      `its window opens at ${shownInstant(nextOpening(settings.windows, now), settings.timezone)}`,
    );
  return words;
}

async function stagesAt({ repositories }: World, app: App, commit: string): Promise<string[]> {
  const { config } = await readConfig(repositories, { app, commit });
  return stagesOf(config).map(({ name }) => name);
}

async function skipped(
  world: World,
  app: App,
  onBoard: readonly Change[],
): Promise<{ what: string; why: string }[]> {
  const notYet = await platform.notYet(world.db, app.id, app.mainBranch);
  const there = new Set(onBoard.map(({ commit }) => commit));
  return notYet
    .filter(({ commit }) => !there.has(commit))
    .map(({ commit, by }) => ({ what: `${shortCommit(commit)} by ${by}`, why: 'not green yet' }));
}
