import { loadConfig } from '../config/load.ts';
import type { Person, Speaker } from '../people/person.ts';
import type { Situation } from './situation.ts';
import type { Change, Train, TrainSettings } from './train.ts';
import type { Vote } from './word-tables.ts';

/** A train section as the file has it, read. */
export function settingsOf(train: string): TrainSettings {
  const { config } = loadConfig(`app: shop\nservices: { web: { run: x } }\ntrain: ${train}`);
  if (config.train === null) throw new Error('no train');
  return config.train;
}

export const emailOf = (name: string): string => `${name}@example.com`;

export const person = (name: string, more: Partial<Person> = {}): Person => ({
  id: name,
  name,
  role: 'developer',
  teams: [],
  emails: [emailOf(name)],
  accounts: [],
  addedAt: new Date(0),
  removedAt: null,
  ...more,
});

export const speaker = (name: string, more: Partial<Speaker> = {}): Speaker => ({
  name,
  isPerson: true,
  role: 'developer',
  teams: [],
  emails: [emailOf(name)],
  ...more,
});

/** The change with this number, by these people; its commit begins with the number. */
export const change = (
  number: number,
  by: readonly string[],
  more: Partial<Change> = {},
): Change => ({
  commit: `${number}`.padEnd(40, 'a'),
  ordinal: number,
  number,
  subject: `change ${number}`,
  authors: by.map((name) => ({ name, email: emailOf(name) })),
  goodWithoutAsking: null,
  ejectedAt: null,
  ejectedBy: null,
  ejectedWhy: null,
  ...more,
});

export const vote = (
  voter: string,
  answer: Vote['answer'] = 'good',
  more: Partial<Vote> = {},
): Vote => ({
  voter,
  by: voter,
  answer,
  change: null,
  reason: answer === 'bad' ? 'it is broken' : null,
  via: 'api',
  message: null,
  at: new Date(0),
  ...more,
});

export const force = (by: string) => ({ by, reason: 'the shop is down', at: new Date(0) });

export const askedAt = new Date('2026-11-24T14:00:00Z');
export const inMinutes = (minutes: number): Date => new Date(askedAt.getTime() + minutes * 60_000);

/** A train that asks since `askedAt`. */
export const asking = (settings: TrainSettings): Train => ({
  id: 't1',
  appId: 'a1',
  app: 'shop',
  number: 1,
  plannedAt: askedAt,
  settings,
  state: 'asking',
  reason: null,
  boarded: 'c1',
  commit: 'c'.repeat(40),
  push: 'p1',
  candidate: 'c1',
  releasedBefore: null,
  departedAt: askedAt,
  askedAt,
  answersUntil: new Date(askedAt.getTime() + settings.answerWithinMs),
  endedAt: null,
});

export const situation = (settings: TrainSettings, more: Partial<Situation> = {}): Situation => ({
  train: asking(settings),
  onBoard: [],
  passengers: [],
  votes: [],
  forces: [],
  holds: [],
  delegations: [],
  ...more,
});
