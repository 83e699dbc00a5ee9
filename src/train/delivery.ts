import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { badReleases, repairsOf } from './bad-releases.ts';
import { delivery } from './delivery-tables.ts';
import { mean, median, spanOf, tallied, type Span, type Tally } from './measure-days.ts';
import { releasesOf, servingsOf, type Release } from './production-history.ts';
import { releasedChanges } from './released-changes.ts';

export interface Measure extends Tally {
  key: 'deploys' | 'lead-time' | 'change-failures' | 'restore-time';
  title: string;
  unit: 'per day' | 'seconds' | 'share';
  /** How it is made, from which of our own rows. */
  formula: string;
}

export interface Delivery {
  from: Date;
  to: Date;
  measures: Measure[];
}

/**
 * The four measures of DORA for the last so many days, today among them, from our own rows; days are those of UTC. An app
 * without production has nothing to be measured by. Reads only.
 */
export async function measureDelivery(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  { id: appId }: Pick<App, 'id'>,
  days: number,
): Promise<Delivery> {
  const span = spanOf(clock.now(), days);
  const has = await delivery.hasProduction(db, appId);
  const facts = has ? await factsOf(db, appId, span) : null;
  return { from: span.from, to: span.to, measures: measuresOf(span, facts) };
}

type Timed = { at: Date; value: number };

interface Facts {
  deploys: Timed[];
  leads: Timed[];
  /** 1: bad. */
  outcomes: Timed[];
  repairs: Timed[];
}

/** A bad release may have begun so long before what is shown. */
const lookBackMs = 30 * 86_400_000;

async function factsOf(db: World['db'], appId: string, { from }: Span): Promise<Facts> {
  const early = new Date(from.getTime() - lookBackMs);
  const since = (await delivery.lastReleaseBefore(db, { appId, before: early })) ?? early;
  const before = await delivery.arrivedBefore(db, { appId, before: since });
  // Of what was released then the main branch may know nothing.
  const releasedUntil = before && (before.at ?? since);
  const deploys = await delivery.deploys(db, { appId, since });
  const servings = servingsOf(deploys, await delivery.waysBack(db, { appId, since }));
  const releases = releasesOf(deploys, servings);
  const reverts = await delivery.reverts(db, appId);
  const changes = releasedChanges({
    releases,
    pushes: await delivery.pushes(db, { appId, after: releasedUntil }),
    releasedUntil,
    isReverted: (commit) => reverts.some((revert) => revert.commit === commit),
  });
  const failures = await delivery.failures(db, { appId, since });
  const history = { releases, deploys, servings, changes, reverts, failures };
  const bad = badReleases(history);
  return {
    deploys: releases.flatMap(({ releasedAt: at }) => (at === null ? [] : [{ at, value: 1 }])),
    leads: changes.map(({ arrivedAt, releasedAt: at }) => ({ at, value: seconds(arrivedAt, at) })),
    outcomes: outcomesOf(releases, bad),
    repairs: repairsOf(history, bad).map(({ brokenAt, restoredAt: at }) => ({
      at,
      value: seconds(brokenAt, at),
    })),
  };
}

/** What was overtaken half-way has neither failed nor arrived. */
const outcomesOf = (releases: readonly Release[], bad: ReadonlySet<Release>): Timed[] =>
  releases
    .filter((release) => release.releasedAt !== null || bad.has(release))
    .map((release) => ({ at: release.usersAt, value: bad.has(release) ? 1 : 0 }));

const seconds = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;

function measuresOf(span: Span, facts: Facts | null): Measure[] {
  const { deploys, leads, outcomes, repairs } = facts ?? {};
  const perDay = deploys && {
    of: (all: readonly number[]) => all.length / span.days.length,
    ofDay: (all: readonly number[]) => all.length,
  };
  const middle = { of: median, ofDay: median };
  return [
    { ...words.deploys, ...tallied(span, deploys ?? [], perDay ?? middle) },
    { ...words.leads, ...tallied(span, leads ?? [], middle) },
    { ...words.outcomes, ...tallied(span, outcomes ?? [], { of: mean, ofDay: mean }) },
    { ...words.repairs, ...tallied(span, repairs ?? [], middle) },
  ];
}

type Words = Pick<Measure, 'key' | 'title' | 'unit' | 'formula'>;

const words = {
  deploys: {
    key: 'deploys',
    title: 'Deploys per day',
    unit: 'per day',
    formula:
      'Releases that had all requests of production for the first time, divided by the days shown. A deploy of the commit that serves already, and what a rollback goes back to, are none. Days are those of UTC.',
  },
  leads: {
    key: 'lead-time',
    title: 'Lead time',
    unit: 'seconds',
    formula:
      'The median, over pushes of the main branch that were released, of the time from the push until a release with it had all requests of production for the first time. Of the first release ever only its own push counts.',
  },
  outcomes: {
    key: 'change-failures',
    title: 'Change failures',
    unit: 'share',
    formula:
      'Releases that were rolled back, half-way or later, or reverted on the main branch after users had them, divided by these and all others that had all requests of production. Counted on the day the first users had them; what was overtaken half-way does not count.',
  },
  repairs: {
    key: 'restore-time',
    title: 'Time to restore',
    unit: 'seconds',
    formula:
      'The median of the time from the first users of a release that was rolled back or reverted, or from a failed deploy after which nothing served, until a release that was neither had all requests of production. Counted on the day it was restored; what is not restored yet does not count.',
  },
} as const satisfies Record<string, Words>;
