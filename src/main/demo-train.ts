import { setTimeout as pause } from 'node:timers/promises';
import type { TrainDetails } from '../api/contract/trains.ts';
import { say } from './demo-say.ts';
import type { DemoStage } from './demo-stage.ts';

const train = `
train: # once an hour; whoever wrote what is on board is asked before production has it
  departs: every hour
  approval: authors
`;
const openingHours = 'Open from Monday to Saturday.';

const ended: readonly TrainDetails['state'][] = ['arrived', 'failed', 'cancelled', 'superseded'];

/** The bad commit is taken back, the team goes by train from now on, and the first one stands in staging and asks `you`. */
export async function tellTrain(stage: DemoStage): Promise<void> {
  const { shop, call } = stage;
  say('\nThe team takes that commit back, and wants to be asked from now on. It goes by train:\n');
  await shop.revert();
  await shop.commit('Trains, and our opening hours', {
    'signalbox.yaml': (text) => text + train,
    'page.js': (text) => text.replace('looking in! ', `looking in! ${openingHours} `),
  });
  await shop.push('main');
  say('\n  $ signalbox train depart shop');
  await call('POST', '/api/v1/apps/shop/train/depart').catch((error: Error) => {
    // The full hour may just have struck.
    if (!error.message.includes('train/under-way')) throw error;
  });
  const { number, changes } = await followUntil(stage, ({ state }) => state === 'asking');
  say(`  Train ${number} has passed staging, and asks you. On board:`);
  for (const { commit, subject } of changes) say(`    ${commit.slice(0, 7)} ${subject}`);
}

/** `you` say good, as the dashboard's button does. */
export async function sayGood({ call }: DemoStage): Promise<void> {
  say('\nYou say good:');
  await call('POST', '/api/v1/apps/shop/train/good', {});
}

/** Says what becomes of the train until it has ended, whoever says what. Whether it has arrived. */
export async function followTrain(stage: DemoStage): Promise<boolean> {
  const { number, state, reason } = await followUntil(stage, ({ state }) => ended.includes(state));
  if (state !== 'arrived') return false;
  await stage.pages.expect('shop.localhost', openingHours);
  say(
    `\nTrain ${number} has arrived${reason ? `: ${reason}` : ''}. The shop says when it is open.`,
  );
  say('The lane stays locked for whatever has the bad commit without the one that takes it back.');
  return true;
}

let said = '';

/** Says each new state of the newest train until it is as wished, or has ended otherwise. */
async function followUntil(
  { call, signal }: DemoStage,
  isWished: (train: TrainDetails) => boolean,
): Promise<TrainDetails> {
  for (;;) {
    const train = await call<TrainDetails>('GET', '/api/v1/apps/shop/train');
    const words = `  train ${train.number}: ${train.state}${train.reason ? `, ${train.reason}` : ''}`;
    if (words !== said) say(words);
    said = words;
    if (isWished(train)) return train;
    if (ended.includes(train.state)) throw new Error(`the train has ended: ${words}`);
    await pause(200, undefined, { signal });
  }
}
