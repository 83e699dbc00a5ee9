import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { demoSignalbox } from '../../src/main/demo-signalbox.ts';
import { tellStory } from '../../src/main/demo-story.ts';
import type { Sitter } from './photographer.ts';

interface Moments {
  /** Half of the visitors have the good release. */
  climbing(sitter: Sitter): Promise<void>;
  /** The bad release was undone; the lane is locked. */
  atTheEnd(sitter: Sitter): Promise<void>;
}

/** The story of bin/demo, looked at while it goes on. */
export async function duringDemo({ climbing, atTheEnd }: Moments): Promise<void> {
  const free = '127.0.0.1:0';
  const { server, data, tearDown } = await demoSignalbox({ listen: free, gateway: free });
  try {
    const sitter = async (): Promise<Sitter> => {
      return { url: server.url, token: (await readFile(server.tokenFile, 'utf8')).trim() };
    };
    await tellStory(server, data, async () => {
      const here = await sitter();
      await untilClimbed(here);
      await climbing(here);
    });
    await atTheEnd(await sitter());
  } finally {
    await tearDown();
  }
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
