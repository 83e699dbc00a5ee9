import { done, trainStory, type TrainStory } from '../../test/support/train-story.ts';
import type { Sitter } from './photographer.ts';

/** A train whose release is in staging: one of three authors has agreed, the others are asked. */
export async function whileAsked(look: (sitter: Sitter) => Promise<void>): Promise<void> {
  const story = await trainStory({
    train: '{ departs: every hour, approval: authors, answer-within: 45m }',
    people: { ann: 'developer', bob: 'developer', eve: 'developer', rita: 'release-manager' },
  });
  try {
    const { url, token } = story.controller();
    await story.change('ann', { 'cart.txt': '1' }, 'A cart (#40)');
    await leaveAndAsk(story);
    await done(story.as('ann'), ['train', 'good', 'shop']);
    await story.until(({ state }) => state === 'arrived');
    await story.change('ann', { 'cart.txt': '2' }, 'The cart remembers what was in it (#41)');
    await story.change('bob', { 'search.txt': '1' }, 'Search finds tea by its country (#43)');
    await story.change('eve', { 'pay.txt': '1' }, 'Pay by invoice (#38)');
    await leaveAndAsk(story);
    await done(story.as('ann'), ['train', 'good', 'shop']);
    await look({ url, token });
  } finally {
    await story.end();
  }
}

async function leaveAndAsk(story: TrainStory): Promise<void> {
  const reason = 'the shop opens at nine';
  await story.controller().call('POST', '/api/v1/apps/shop/train/depart', { reason });
  await story.until(({ state }) => state === 'asking');
}
