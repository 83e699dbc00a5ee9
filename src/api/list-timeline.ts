import type { Queryable } from '../db/pool.ts';
import { findEnvironment, parseAddress } from '../environments/find-environment.ts';
import type { Environment } from '../environments/environment.ts';
import { shownLine } from '../environments/log-lines.ts';
import { listEvents, type EventPage } from '../events/list-events.ts';
import { findApp, type App } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { timelineKinds, type TimelineKind } from '../kernel/timeline-kind.ts';
import { all } from './contract/all.ts';
import type { TimelineEntry } from './contract/timeline.ts';
import { pageOfChanges, type ChangePage, type ToldChange } from './timeline-tables.ts';

export interface TimelineWish {
  app?: string | undefined;
  /** An id or an address. */
  environment?: string | undefined;
  kinds?: string | undefined;
  text?: string | undefined;
  /** `next` of the page before. */
  before?: string | undefined;
  limit: number;
  /** Whether it tells who changed what, too. */
  withAudit: boolean;
}

/**
 * What happened, newest first, in two rows of numbers that only grow: so a page begins where the one before ended,
 * whatever has come since and however many happened in one moment. Reads only. Refuses with `timeline/unknown-kind`,
 * `timeline/bad-place`, `app/unknown` and `environment/unknown`.
 */
export async function listTimeline(
  db: Queryable,
  wish: TimelineWish,
): Promise<{ entries: TimelineEntry[]; next: string | null }> {
  const place = parsePlace(wish.before);
  const scope = await scopeOf(db, wish);
  const kinds = parseKinds(wish.kinds);
  const asked = { db, wish, scope, kinds };
  const [events, changes] = await Promise.all([
    eventsBelow(asked, place.event),
    changesBelow(asked, place.change),
  ]);
  const merged = [...events, ...changes].sort(newestFirst).slice(0, wish.limit);
  const isLast = events.length + changes.length <= wish.limit;
  const next = {
    event: placeAfter(merged, { of: 'event', all: events, before: place.event }),
    change: placeAfter(merged, { of: 'change', all: changes, before: place.change }),
  };
  return {
    entries: merged.map(({ entry }) => entry),
    next: isLast ? null : `${next.event}.${next.change}`,
  };
}

/** Where to go on: what is older than this event, and than this entry of the audit. */
interface Place {
  event: number;
  change: number;
}

const newest = Number.MAX_SAFE_INTEGER;

function parsePlace(text: string | undefined): Place {
  if (text === undefined) return { event: newest, change: newest };
  const [, event, change] = /^(\d{1,16})\.(\d{1,16})$/.exec(text) ?? [];
  if (event === undefined || change === undefined) throw badPlace();
  return { event: Math.min(Number(event), newest), change: Math.min(Number(change), newest) };
}

interface Told {
  of: 'event' | 'change';
  number: number;
  /** Of those of its kind, the newest is first; times may not be in the order of the numbers. */
  sortedAt: number;
  entry: TimelineEntry;
}

const newestFirst = (one: Told, other: Told): number =>
  other.sortedAt - one.sortedAt ||
  (one.of === other.of ? other.number - one.number : one.of === 'event' ? -1 : 1);

/** No later than the one before it, so that sorting leaves them in the order of their numbers. */
function inTheirOrder(all: readonly Omit<Told, 'sortedAt'>[]): Told[] {
  let last = Infinity;
  return all.map((told) => {
    last = Math.min(last, told.entry.at.getTime());
    return { ...told, sortedAt: last };
  });
}

/** Those that came after the first page was read do not belong below it. */
function placeAfter(
  merged: readonly Told[],
  { of, all, before }: { of: Told['of']; all: readonly Told[]; before: number },
): number {
  const last = merged.findLast((told) => told.of === of);
  if (last) return last.number;
  const [first] = all;
  return first ? first.number + 1 : before === newest ? 0 : before;
}

interface Asked {
  db: Queryable;
  wish: TimelineWish;
  scope: Scope;
  kinds: TimelineKind[] | null;
}

async function eventsBelow({ db, wish, scope, kinds }: Asked, before: number): Promise<Told[]> {
  const page: EventPage = {
    before,
    app: scope.environment === null ? scope.app : null,
    environments: scope.environment && [scope.environment.id],
    kinds: kinds?.filter((kind) => kind !== 'audit') ?? null,
    text: wish.text ?? null,
    limit: wish.limit + 1,
  };
  if (page.kinds?.length === 0) return [];
  const found = await listEvents(db, page);
  return inTheirOrder(
    found.map(({ id, about: kind, kind: what, text, by, ...rest }) => ({
      of: 'event',
      number: id,
      entry: { id: `event-${id}`, kind, what, ...rest, by: plainOrNone(by), text: plain(text) },
    })),
  );
}

async function changesBelow({ db, wish, scope, kinds }: Asked, before: number): Promise<Told[]> {
  if (!wish.withAudit || (kinds !== null && !kinds.includes('audit'))) return [];
  const page = { before, text: wish.text ?? null, limit: wish.limit + 1, ...aboutOf(scope) };
  const found = await pageOfChanges(db, page);
  return inTheirOrder(
    found.map((change) => ({ of: 'change', number: change.id, entry: shownChange(change) })),
  );
}

interface Scope {
  app: App | null;
  environment: Environment | null;
}

async function scopeOf(db: Queryable, { app, environment }: TimelineWish): Promise<Scope> {
  return {
    app: app === undefined ? null : await findApp(db, app),
    environment: environment === undefined ? null : await findEnvironment(db, environment),
  };
}

/** What the first word of an entry's subject is: it depends on what was asked of the API. */
const actionsAt = (part: string): string[] =>
  Object.entries(all)
    .filter(([, { path }]) => path.startsWith(`/api/v1/${part}`))
    .map(([name]) => name);
const appActions = [...actionsAt('apps/:app'), 'addApp'];
const environmentActions = actionsAt('environments/:environment');

function aboutOf({ app, environment }: Scope): Pick<ChangePage, 'about' | 'appId'> {
  if (environment) {
    const targets = [environment.id, `${environment.app}/${environment.name}`];
    // A branch stands for its preview.
    if (environment.kind === 'preview') targets.push(`${environment.app}/${environment.branch}`);
    return { about: { targets, beginning: null, actions: environmentActions }, appId: null };
  }
  if (app === null) return { about: null, appId: null };
  const actions = [...appActions, ...environmentActions];
  return { about: { targets: [app.name], beginning: `${app.name}/`, actions }, appId: app.id };
}

function shownChange(change: ToldChange): TimelineEntry {
  const { id, at, action, actor, target, environment, environmentName, text } = change;
  const isAtEnvironment = environmentActions.includes(action);
  const address = isAtEnvironment ? parseAddress(target) : null;
  const ofApp = appActions.includes(action) ? target : (address?.app ?? null);
  return {
    id: `audit-${id}`,
    at,
    kind: 'audit',
    what: action,
    app: change.app ?? validApp(ofApp),
    environment,
    environmentName: environmentName ?? (address && plain(address.name)),
    by: plain(actor),
    text: plain(text),
  };
}

/** Also what was refused is written down, whatever it was called. */
const validApp = (text: string | null): string | null =>
  text !== null && /^[a-z][a-z0-9-]{0,29}$/.test(text) ? text : null;

const longestWords = 2_000;
/** Without what would move a terminal's cursor; several lines become one. */
const plain = (text: string): string =>
  shownLine(text.replaceAll(/\s*\n\s*/g, ' '), { longest: longestWords });
const plainOrNone = (text: string | null): string | null => (text === null ? null : plain(text));

function parseKinds(text: string | undefined): TimelineKind[] | null {
  if (text === undefined) return null;
  const asked = text.split(',');
  const unknown = asked.find((kind) => !timelineKinds.some((known) => known === kind));
  if (unknown !== undefined) throw unknownKind(unknown);
  return timelineKinds.filter((kind) => asked.includes(kind));
}

const unknownKind = (kind: string): SignalboxError =>
  new SignalboxError({
    code: 'timeline/unknown-kind',
    what: `The timeline has no kind called ${kind}.`,
    fix: [`Its kinds: ${timelineKinds.join(', ')}`],
  });

const badPlace = (): SignalboxError =>
  new SignalboxError({
    code: 'timeline/bad-place',
    what: 'This is no place in the timeline.',
    why: '`before` is what the page before said in `next`, unchanged.',
    fix: ['Begin with the newest: leave `before` out.'],
  });
