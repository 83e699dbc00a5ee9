import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { livingEnvironment } from '../../test/support/api-rig.ts';
import { rows, sql } from '../db/pool.ts';
import { runGit } from '../git/repositories.ts';
import { addEmail } from '../people/change-person.ts';
import { chatRig, type ChatRig } from './chat-rig.test-data.ts';

let chat: ChatRig;

beforeEach(async () => {
  chat = await chatRig();
  await chat.arrive();
});
afterEach(() => chat.close());

const answer = async (account: string, text: string): Promise<string> =>
  (await chat.ask(account, text)).join('\n');

const locks = () =>
  rows<{ by: string; reason: string }>(chat.rig.world.db, sql`select by, reason from lane_locks`);

test('a lane is locked with a reason, shown so, and unlocked by somebody else', async () => {
  await livingEnvironment(chat.rig, { name: 'production', commit: chat.head });
  assert.match(await answer('ann', '!lock production'), /It takes a reason\. Write: !lock/);
  assert.match(
    await answer('ann', '!lock production the fair'),
    /^Nothing new is released into shop\/production until somebody says !unlock production\.$/,
  );
  assert.deepEqual(await locks(), [{ by: 'ann', reason: 'the fair' }]);
  const shown = await answer('vic', '!who production');
  assert.match(shown, new RegExp(`^production: ${chat.head.slice(0, 7)} of main, live, http`));
  assert.match(shown, /Locked by ann: the fair$/);
  assert.match(
    await answer('bob', '!unlock production'),
    /^shop\/production is open again\. It was locked by ann: the fair$/,
  );
  assert.match(await answer('bob', '!unlock production'), /^shop\/production was not locked\.$/);
  assert.deepEqual(await locks(), []);
});

test('going back is said to production where nothing is named, and refused with words where there is nothing to go back to', async () => {
  assert.match(await answer('ann', '!rollback'), /shop\/production/);
  await livingEnvironment(chat.rig, { name: 'production', commit: chat.head });
  const refused = await answer('ann', '!rollback production it is slow');
  assert.match(refused, /^shop\/production has no release to go back to\./);
});

test('a train is held, let go on and cancelled', async () => {
  assert.match(await answer('ann', '!hold for 2h I am looking'), /is held for 2h, until/);
  assert.match(await answer('bob', '!unhold'), /^train 1 of shop is not held any more\.$/);
  assert.match(await answer('bob', '!unhold'), /^Nobody holds train 1 of shop\./);
  assert.match(await answer('rita', '!cancel the fair'), /^train 1 of shop goes no further\.$/);
  assert.match(await answer('vic', '!train'), /shop #1 .* cancelled: .*the fair/);
  assert.match(await answer('ann', '!good'), /^No train of shop is under way\./);
});

test('one’s own commits are shown with where they are', async () => {
  assert.match(await answer('ann', '!mine'), /^No commit of ann is on main\.$/);
  const { world } = chat.rig;
  const git = ['--git-dir', world.repositories.path('shop')];
  const email = await runGit([...git, 'log', '-1', '--format=%ae', chat.head]);
  await addEmail(world, 'ann', { email, by: 'test' });
  const short = chat.head.slice(0, 7);
  assert.match(await answer('ann', '!mine'), new RegExp(`^${short} first: on `));
});
