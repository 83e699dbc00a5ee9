import type { Event } from '../events/event.ts';
import { environments } from '../environments/environment-rows.ts';
import { environmentUrl } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { changesInWords } from '../train/consent.ts';
import { shownInstant } from '../train/local-time.ts';
import { showTrain, type ShownTrain } from '../train/show-train.ts';
import { namedChange, namedTrain } from '../train/train.ts';
import type { CommandWord } from './command-words.ts';
import { plainLine } from './one-line.ts';
import { inChatWords } from './refusal-words.ts';

/** What is said in the rooms of an app when something happened. */
export interface News {
  lines: string[];
  /** By name or address: they are mentioned in the room, and told alone where `alone` has lines. */
  to: readonly string[];
  alone: string[];
}

type Tell = (told: Told) => News | Promise<News | null> | null;

interface Told {
  world: World;
  app: Pick<App, 'id' | 'name'>;
  event: Event;
}

/** null: nothing that a room need know. Reads only. */
export async function newsOf(told: Told): Promise<News | null> {
  const tell = tellers[told.event.kind];
  return tell ? tell(told) : null;
}

const tellers: Readonly<Record<string, Tell>> = {
  'train-departed': ({ event }) =>
    toRoom(event.text, `On board: ${changesInWords(changesOf(event))}`),
  'candidate-stage-passed': stagePassed,
  'train-asks': asks,
  'train-reminds': reminds,
  'train-good': ({ event }) => toRoom(`✔ ${event.text}. ${capital(text(event, 'words'))}.`),
  'train-blocked': blocked,
  'train-held': ({ event }) => toRoom(`⏸ ${event.text}`),
  'train-unheld': ({ event }) => toRoom(`▶ ${event.text}`),
  'train-forced': ({ event }) => toRoom(`⚠ FORCED: ${event.text}`),
  'train-waits': ({ event }) => (toldOtherwise(event) ? null : toRoom(`⏸ ${event.text}`)),
  'train-ejected': ({ event }) => toRoom(event.text),
  'train-leaves': ({ event }) => toRoom(`▶ ${event.text}`),
  'train-arrived': ({ event }) => toRoom(`✔ ${event.text}`, changeLine(event)),
  'train-failed': failed,
  'train-cancelled': ({ event }) => toRoom(`✖ ${event.text}`),
  'train-superseded': ({ event }) => toRoom(event.text),
  'train-delegated': ({ event }) => toRoom(event.text),
  'freeze-begun': ({ event }) => toRoom(`❄ ${event.text}`),
  'freeze-lifted': ({ event }) => toRoom(event.text),
  'lane-locked': ({ event }) => toRoom(`🔒 ${event.text}`),
  'lane-lifted': ({ event }) => toRoom(event.text),
  'rolled-back': rolledBack,
};

/** What each word brings about: its answer says it already, where it was said. */
export const toldByAnswer: Readonly<Record<string, readonly CommandWord[]>> = {
  'train-good': ['good'],
  'train-held': ['hold'],
  'train-unheld': ['unhold'],
  'train-forced': ['force'],
  'train-ejected': ['eject', 'revert'],
  'train-cancelled': ['cancel'],
  'train-delegated': ['delegate'],
  'freeze-begun': ['freeze'],
  'freeze-lifted': ['unfreeze'],
  'lane-locked': ['lock'],
  'lane-lifted': ['unlock'],
};

/** Who brought it about, where the event says so. */
export const authorOf = ({ data }: Event): string | null => {
  const { by, voter, reason } = data;
  const named = by ?? voter;
  if (typeof named === 'string') return named;
  if (typeof reason !== 'string') return null;
  return /^by ([a-z0-9._-]+):/.exec(reason)?.[1] ?? null;
};

const toRoom = (...lines: string[]): News => ({
  lines: lines.filter(Boolean).map((line) => plainLine(capital(line))),
  to: [],
  alone: [],
});

const capital = (line: string): string => line.charAt(0).toUpperCase() + line.slice(1);

const text = ({ data }: Event, key: string): string => {
  const value = data[key];
  return typeof value === 'string' ? value : '';
};

const names = ({ data }: Event, key: string): string[] => {
  const value = data[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};

interface BriefChange {
  commit: string;
  number: number | null;
  subject: string;
}

function changesOf({ data }: Event): BriefChange[] {
  const all = data['changes'];
  return Array.isArray(all) ? (all as BriefChange[]) : [];
}

const changeLine = (event: Event): string => {
  const all = changesOf(event);
  return all.length === 0 ? '' : `With it: ${changesInWords(all)}`;
};

/** Asked, blocked and held trains have events of their own, with who and why. */
const toldOtherwise = (event: Event): boolean =>
  text(event, 'state') !== 'agreed' && !/no answer in time/.test(event.text);

/** The train is where people can look at it. */
async function stagePassed({ world, app, event }: Told): Promise<News | null> {
  const shown = await shownTrain(world, app);
  const stage = text(event, 'stage');
  if (shown === null || shown.train.push !== event.push) return null;
  // Of the last one the train's own arrival tells.
  if (shown.stages.at(-1)?.name === stage) return null;
  const url = await urlOf(world, app.name, stage);
  return toRoom(
    `${namedTrain(shown.train)} has passed ${stage}${url === null ? '' : `; look at it: ${url}`}`,
  );
}

async function urlOf(world: World, app: string, stage: string): Promise<string | null> {
  const environment = await environments.byName(world.db, app, stage);
  if (!environment || environment.state !== 'live') return null;
  return environmentUrl(environment.host, await world.gateway.entrance());
}

async function shownTrain(world: World, app: Told['app']): Promise<ShownTrain | null> {
  return showTrain(world, app).catch((error: unknown) => {
    if (error instanceof SignalboxError) return null;
    throw error;
  });
}

async function asks({ world, app, event }: Told): Promise<News> {
  const shown = await shownTrain(world, app);
  const until = await untilWords(event, shown);
  const what = `${event.text}${until}.`;
  const lookAt = await urlOf(world, app.name, 'staging');
  const { lines } = toRoom(what, 'Say !good, or !bad REASON; !hold 1h REASON for more time.');
  return {
    lines,
    to: names(event, 'to'),
    alone: [
      plainLine(capital(what)),
      plainLine(`On board: ${text(event, 'onBoard')}`),
      ...(lookAt === null ? [] : [`Look at it: ${lookAt}`]),
      'Tell me !good, or !bad REASON, here or in the room.',
    ],
  };
}

async function untilWords(event: Event, shown: ShownTrain | null): Promise<string> {
  const until = new Date(text(event, 'until'));
  if (Number.isNaN(until.getTime())) return '';
  return `, until ${shownInstant(until, shown?.train.settings.timezone ?? 'UTC')}`;
}

function reminds({ event }: Told): News {
  const { lines } = toRoom(`${event.text}. !good, !bad REASON, or !hold 1h REASON?`);
  return { lines, to: names(event, 'to'), alone: lines };
}

async function blocked({ world, app, event }: Told): Promise<News> {
  const shown = await shownTrain(world, app);
  const about = shown?.onBoard.find(({ commit }) => commit === event.data['change']);
  const change = about ? namedChange(about) : 'CHANGE';
  const whose = names(event, 'voters').join(', ');
  return toRoom(
    `✖ ${event.text}. The train stops; what it left in the stages stays for looking.`,
    `Options: !eject ${change} (a new candidate without it) · !revert ${change} · !good (${whose}: lifts the no) · !force REASON (release managers)`,
  );
}

/** Those whose changes were on board, and not everybody. */
async function failed({ event }: Told): Promise<News> {
  const [first] = names(event, 'fix');
  const { lines } = toRoom(
    `✖ ${event.text}`,
    changeLine(event),
    first === undefined ? '' : `→ ${inChatWords(first)}`,
  );
  return { lines, to: names(event, 'to'), alone: lines };
}

async function rolledBack({ world, app, event }: Told): Promise<News> {
  const shown = await shownTrain(world, app);
  const { lines } = toRoom(`⏪ ${event.text}`);
  // Of a train that has failed, its own ending names them.
  if (shown?.train.push !== event.push || shown?.train.state !== 'arrived')
    return { lines, to: [], alone: [] };
  const authors = shown.onBoard
    .filter(({ ejectedAt }) => ejectedAt === null)
    .flatMap((change) => change.authors.map(({ email }) => email));
  return { lines, to: [...new Set(authors)], alone: lines };
}
