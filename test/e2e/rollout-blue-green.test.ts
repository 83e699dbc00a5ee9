import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rolloutStory, type RolloutStory } from '../support/rollout-story.ts';
import { eventually } from '../support/signalbox.ts';

// A whole new set beside the old one: tried while nobody sees it, compared side by side, and all requests at once.

const ways = `  mixed: { strategy: blue-green, bake: 3s, warm: 5m, judge: { warm-up: 1s } }
  at-once: { strategy: blue-green, bake: 0s, warm: 5m }
`;

let story: RolloutStory;
/** The deploys that were released, by what they are called. */
const deploys: Record<string, string> = {};

before(async () => {
  story = await rolloutStory('sets', { ways, first: 'mixed' });
  await story.onlyAnswers('first');
  deploys['first'] = (await story.newest()).id;
});

after(async () => {
  await story?.end();
});

/** Two web instances of each release that is named, and the worker of the first one alone. */
async function runs(serving: string, ...warm: string[]): Promise<void> {
  const web = [serving, ...warm].flatMap((name) => [
    `${deploys[name]} web`,
    `${deploys[name]} web`,
  ]);
  const wanted = [...web, `${deploys[serving]} worker`].toSorted();
  await eventually(`what serves and what is warm runs, and nothing else`, async () => {
    const running = await story.running();
    if (JSON.stringify(running) === JSON.stringify(wanted)) return true;
    throw new Error(`${running.join(', ')} instead of ${wanted.join(', ')}`);
  });
}

const usual = ['first', 'good', 'failing', 'swift'];

test('a good release serves beside the old one, is no worse, and has all requests; the old one stays warm', async () => {
  const output = await story.ship({ release: 'good' }, 'mixed');
  assert.match(output, /Starting the new set, hidden/);
  assert.match(output, /step 1, half of the users to [0-9a-f]{7}/);
  assert.match(output, /step 1 (passed|proved healthy)/);
  assert.match(output, /Live: http/);
  await story.onlyAnswers('good');
  const { id, state } = await story.until('it is promoted', (one) => one.state === 'promoted');
  assert.equal(state, 'promoted');
  deploys['good'] = id;
  await runs('good', 'first');
  assert.deepEqual([await story.app.starts('good'), await story.app.smokes('good')], [2, 2]);
  assert.deepEqual(story.odd(...usual), []);
});

test('a release that fails while both serve is rolled back, and nothing of it is left', async () => {
  const output = await story.ship({ release: 'failing', failsOneIn: 5 }, 'mixed');
  assert.match(output, /Failed: production: rolled back by the judge/);
  await story.onlyAnswers('good');
  await story.until('it is tidied away', ({ state }) => state === 'rolled-back');
  await runs('good', 'first');
  assert.deepEqual(story.odd(...usual), ['500 failing'], 'only its own errors were met');
});

test('without a bake all requests swing over as soon as the new set is proven', async () => {
  await story.order('lane/lift');
  const output = await story.ship({ release: 'swift' }, 'at-once');
  assert.match(output, /Live: http/);
  assert.doesNotMatch(output, /step 1/);
  await story.onlyAnswers('swift');
  deploys['swift'] = (await story.newest()).id;
  await runs('swift', 'good');
});

test('a person takes a promoted release back: the old set has all requests, and its worker works again', async () => {
  const back = (await story.order('rollback')) as { kind: string };
  assert.equal(back.kind, 'at once');
  await story.onlyAnswers('good');
  await story.until('it is tidied away', ({ state }) => state === 'rolled-back');
  await runs('good');
  assert.equal(await story.app.starts('good'), 2, 'its web instances were never started again');
  assert.deepEqual(story.odd(...usual), ['500 failing']);
});
