import { setTimeout as pause } from 'node:timers/promises';
import { inMemoryNetwork, type InMemoryNetwork } from '../../test/fakes/in-memory-network.ts';
import { apiRig, shopWithBranches, type ApiRig } from '../../test/support/api-rig.ts';
import { loadConfig } from '../config/load.ts';
import { rows, sql } from '../db/pool.ts';
import { findApp, type App } from '../git/app.ts';
import type { HeldRole } from '../kernel/role.ts';
import { addPerson } from '../people/add-person.ts';
import { presence, type Presence } from './presence.ts';
import { addRoom, putNetwork } from './networks.ts';
import { chatNetworks } from './tables.ts';

export interface ChatRig {
  rig: ApiRig;
  app: App;
  /** What the train carries; ann wrote it as #1, bob wrote #2. */
  head: string;
  irc: InMemoryNetwork;
  /** A controller begins to speak on the network. */
  arrive(controller?: string): Promise<Presence>;
  /** Asked until it is true. */
  until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void>;
  /** What was said in #shop, as one text. */
  said(): string;
  /** Somebody says it in #shop, or to us alone, and it is answered when this resolves. Returns the lines. */
  ask(
    account: string | null,
    text: string,
    more?: { id?: string; room?: string | null },
  ): Promise<string[]>;
  votes(): Promise<{ voter: string; answer: string; via: string }[]>;
  close(): Promise<void>;
}

const others: Record<string, HeldRole> = { ann: 'developer', bob: 'developer', vic: 'viewer' };
const everybody: Record<string, HeldRole> = { ...others, rita: 'release-manager' };

export const startedAt = new Date('2026-11-23T13:00:00Z');

/** An app whose first train asks ann and bob, a network with the room #shop, and people with accounts `their name` there. */
export async function chatRig(): Promise<ChatRig> {
  const rig = await apiRig();
  const { world } = rig;
  const { db } = world;
  rig.setNow(startedAt);
  const { head } = await shopWithBranches(rig);
  const app = await findApp(db, 'shop');
  for (const [name, role] of Object.entries(everybody)) await addMember(rig, name, role);
  await addTrain(rig, app, head);
  const access = { driver: 'irc', settings: { server: 'ircs://irc.test', nick: 'sb' } } as const;
  await putNetwork(world, { name: 'irc', access: { ...access, secrets: {} }, by: 'test' });
  await addRoom(db, { network: 'irc', room: '#shop', app: 'shop' });
  const irc = inMemoryNetwork();
  for (const name of Object.keys(everybody)) irc.accounts.add(name);
  const arrived: Presence[] = [];
  let messages = 0;

  const self: ChatRig = {
    rig,
    app,
    head,
    irc,
    async arrive(controller = 'c1') {
      await sql`insert into controllers (id, host, pid, listen) values (${controller}, 'h', 1, '') on conflict do nothing`.execute(
        db,
      );
      await chatNetworks.take(db, 'irc', controller);
      const row = { name: 'irc', driver: 'irc' } as const;
      const begun = presence({ world, row, network: irc.network, controller, lookEveryMs: 20 });
      arrived.push(begun);
      await self.until('it has entered', () => irc.rooms().includes('#shop'));
      return begun;
    },
    async until(what, isSo) {
      for (let looks = 0; looks < 6_000; looks += 1) {
        if (await isSo()) return;
        await pause(10);
      }
      throw new Error(`never: ${what}; said: ${self.said()}; log: ${rig.lines.join('\n')}`);
    },
    said: () => irc.said.map(({ line }) => line).join('\n'),
    async ask(account, text, { id, room = '#shop' } = {}) {
      messages += 1;
      const message = id ?? `asked ${messages}`;
      await irc.says({ id: message, room, account, text });
      let answer: string[] = [];
      await self.until(`${text} is answered`, async () => {
        const [row] = await rows<{ answer: string[] | null; done: boolean }>(
          db,
          sql`select answer, answered_at is not null as done from chat_commands where message = ${message}`,
        );
        answer = row?.answer ?? [];
        return row?.done ?? false;
      });
      return answer;
    },
    votes: () =>
      rows(db, sql`select voter, answer, via from train_votes where via <> 'kept' order by id`),
    async close() {
      for (const one of arrived) await one.stop();
      await rig.close();
    },
  };
  return self;
}

/** Their account on the network is called as they are. */
async function addMember({ world }: ApiRig, name: string, role: HeldRole): Promise<void> {
  const emails = [`${name}@example.com`];
  const { id } = await addPerson(world, { name, role, emails, teams: [], by: 'test' });
  await sql`insert into person_accounts (network, account, person_id) values ('irc', ${name}, ${id})`.execute(
    world.db,
  );
}

async function addTrain({ world: { db } }: ApiRig, app: App, head: string): Promise<void> {
  const train = 'departs: every hour, approval: authors, answer-within: 45m';
  const yaml = `app: shop\nservices: { web: { run: node server.js } }\ntrain: { ${train} }\n`;
  const settings = JSON.stringify(loadConfig(yaml).config.train);
  const until = new Date(startedAt.getTime() + 45 * 60_000);
  await sql`insert into trains (id, app_id, number, planned_at, settings, state, boarded, commit, push_id, departed_at, asked_at,
      answers_until)
    values ('t1', ${app.id}, 1, ${startedAt}, ${settings}::jsonb, 'asking', ${head}, ${head}, 'p1', ${startedAt}, ${startedAt},
      ${until})`.execute(db);
  const change = async (ordinal: number, commit: string, by: string): Promise<void> => {
    const authors = JSON.stringify([{ name: by, email: `${by}@example.com` }]);
    await sql`insert into train_changes (train_id, commit, ordinal, number, subject, authors)
      values ('t1', ${commit}, ${ordinal}, ${ordinal}, ${`change of ${by}`}, ${authors}::jsonb)`.execute(
      db,
    );
  };
  await change(1, 'a'.repeat(40), 'ann');
  await change(2, head, 'bob');
}
