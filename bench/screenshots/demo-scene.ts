import { setTimeout as pause } from 'node:timers/promises';
import { demoSignalbox } from '../../src/main/demo-signalbox.ts';
import { demoStage, type DemoStage } from '../../src/main/demo-stage.ts';
import { tellStory } from '../../src/main/demo-story.ts';
import { tellTrain } from '../../src/main/demo-train.ts';
import type { Sitter } from './photographer.ts';

interface Moments {
  /** Half of the visitors have the good release. */
  climbing(sitter: Sitter): Promise<void>;
  /** The bad release was undone; the lane is locked. */
  undone(sitter: Sitter): Promise<void>;
  /** A train has taken it back, and asks; somebody has pushed a branch. */
  atTheEnd(sitter: Sitter): Promise<void>;
}

/** The story of bin/demo, looked at while it goes on. */
export async function duringDemo({ climbing, undone, atTheEnd }: Moments): Promise<void> {
  const free = '127.0.0.1:0';
  const signalbox = await demoSignalbox({ listen: free, gateway: free });
  try {
    const stage = await demoStage(signalbox);
    await tellStory(stage, async () => {
      await untilClimbed(stage);
      await climbing(stage);
    });
    await undone(stage);
    await tellTrain(stage);
    await pushBranch(stage);
    await atTheEnd(stage);
    stage.visitors.come(0);
  } finally {
    await signalbox.tearDown();
  }
}

async function pushBranch({ shop }: DemoStage): Promise<void> {
  await shop.switchTo('gift-cards');
  await shop.commit('Gift cards', { 'gifts.txt': 'Every card opens a drawer of tea.\n' });
  await shop.push('gift-cards');
}

/** Some seconds into the second step: its charts have something to show. */
async function untilClimbed({ url, token }: Sitter): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    const reply = await fetch(`${url}/api/v1/environments/shop%2Fproduction/rollouts`, { headers });
    const { rollouts } = (await reply.json()) as { rollouts: { state: string; step: number }[] };
    if (rollouts[0]?.state === 'running' && rollouts[0].step >= 2) return pause(2000);
    await pause(200);
  }
  throw new Error('The release never climbed.');
}
