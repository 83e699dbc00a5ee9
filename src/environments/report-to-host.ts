import { messageKey, type HostMessage } from '../git/host-message.ts';
import { hostMessages, hostRows, type Note } from '../git/host-tables.ts';
import { commentText } from './host-comment.ts';
import { hostFacts } from './host-facts-tables.ts';
import { deploymentOf, goodContext, statusesOf } from './host-words.ts';
import { environmentUrl } from './environment.ts';
import type { World } from './world.ts';

type Needs = Pick<World, 'db' | 'clock' | 'gateway' | 'log'>;

/**
 * What each host has to know stands in its outbox when it resolves: compared row by row with what it was told,
 * so that nothing is lost wherever somebody died. Nothing is sent. Repeatable.
 */
export async function noteForHosts(world: Needs): Promise<void> {
  for (const { appId, repository } of await hostRows.all(world.db)) {
    await noteForHost(world, appId).catch((error: unknown) => {
      // What is wrong with one app must not keep the hosts of others from being told.
      const why = error instanceof Error ? error.message : String(error);
      world.log(`what ${repository} has to know: ${why}`);
    });
  }
}

async function noteForHost(world: Needs, appId: string): Promise<void> {
  const window = await hostFacts.window(world.db, appId);
  if (window === null) return;
  const { since, now } = window;
  const notes = [
    ...(await statusNotes(world, appId, since)),
    ...(await deploymentNotes(world, appId, since)),
    ...(await commentNotes(world, appId, since)),
  ];
  await hostMessages.put(
    world.db,
    appId,
    [...new Map(notes.map((note) => [note.key, note])).values()],
    world.clock.now(),
  );
  await hostFacts.lookedUntil(world.db, appId, now);
}

async function statusNotes({ db }: Needs, appId: string, since: Date): Promise<Note[]> {
  const commits = await hostFacts.commits(db, appId, since);
  // That nobody knows whether a commit is good is no news where nothing else was said.
  return commits
    .flatMap(statusesOf)
    .map((status) => noteOf(status, status.context === goodContext && status.state === 'pending'));
}

async function deploymentNotes(world: Needs, appId: string, since: Date): Promise<Note[]> {
  const entrance = await world.gateway.entrance();
  const deploys = await hostFacts.deploys(world.db, appId, since);
  return deploys.map((facts) => {
    const message = deploymentOf(facts, environmentUrl(facts.host, entrance));
    return noteOf(message, message.state === 'gone');
  });
}

async function commentNotes(world: Needs, appId: string, since: Date): Promise<Note[]> {
  const { db } = world;
  const row = await hostFacts.appName(db, appId);
  if (row === null) return [];
  const entrance = await world.gateway.entrance();
  const notes: Note[] = [];
  for (const { number, branch, isOpen } of await hostFacts.requests(db, appId, since)) {
    const newest = await hostFacts.newestCommit(db, appId, branch);
    const preview = await hostFacts.preview(db, appId, branch);
    const url = preview && environmentUrl(preview.host, entrance);
    const text = commentText({ app: row.name, branch, newest, preview, url });
    notes.push(noteOf({ what: 'comment', request: number, text }, !isOpen));
  }
  return notes;
}

const noteOf = (payload: HostMessage, onlyIfKnown = false): Note => ({
  key: messageKey(payload),
  payload,
  onlyIfKnown,
});
