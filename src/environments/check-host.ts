import type { App } from '../git/app.ts';
import { hostMessages, hostRequests, hostRows, type HostRow } from '../git/host-tables.ts';
import { noHost } from '../git/host-settings.ts';
import { consultHost, type HostAnswer } from './host-answers.ts';
import { about, type Finding } from './finding.ts';
import type { World } from './world.ts';

type Needs = Pick<World, 'db' | 'clock' | 'log' | 'hosts' | 'repositories'>;

/** The row of an app's host. Refuses with `host/none`. */
export async function findHost({ db }: Pick<World, 'db'>, app: App): Promise<HostRow> {
  const row = await hostRows.get(db, app.id);
  if (row === null) throw noHost(app.name);
  return row;
}

/**
 * Asks the host for all that is needed of it, and says of each whether it is there. It leaves one status on the newest
 * commit of the main branch: whether one may write is known to nobody who has not written. Repeatable.
 */
export async function checkHost(world: Needs, app: App): Promise<Finding[]> {
  const row = await findHost(world, app);
  const say = about(`${app.name} on ${row.kind}`);
  const head = await world.repositories.head(app.name, app.mainBranch);
  const read = await consultHost(world, row, (host) => host.openRequests());
  const findings = [
    finding(say, read, {
      of: 'requests',
      well: (open) => `It lists the requests of ${row.repository}: ${open.length} are open.`,
      ill: 'It does not list requests',
      fix: 'The token needs to read the repository and its requests.',
    }),
  ];
  // One that cannot be reached need not be asked three times.
  if (read.kind === 'unreachable') return findings;
  if (head === null) {
    const text = `Nobody has pushed ${app.mainBranch} here yet, so no commit could be asked about.`;
    return [...findings, say.note('no-commit', text, `git push signalbox ${app.mainBranch}`)];
  }
  const reviewed = await consultHost(world, row, (host) => host.reviews(head));
  const written = await consultHost(world, row, (host) =>
    host.status(head, {
      context: 'signalbox/connection',
      state: 'success',
      text: 'Signalbox may write here',
      url: null,
    }),
  );
  return [
    ...findings,
    finding(say, reviewed, {
      of: 'reviews',
      well: () => 'It says who approved what.',
      ill: 'It does not say who approved what',
      fix: 'The token needs to read requests and their reviews.',
    }),
    finding(say, written, {
      of: 'statuses',
      well: () => `It takes statuses: ${head.slice(0, 7)} has one now, signalbox/connection.`,
      ill: `It takes no status for ${head.slice(0, 7)}`,
      fix: `The token needs to write statuses, and ${row.repository} needs to have that commit.`,
    }),
    ...(await outboxFindings(world, say, row)),
  ];
}

type Say = ReturnType<typeof about>;

function finding<T>(
  say: Say,
  answer: HostAnswer<T>,
  words: { of: string; well(value: T): string; ill: string; fix: string },
): Finding {
  if (answer.kind === 'answered') return say.fine(words.of, words.well(answer.value));
  return say.trouble(words.of, `${words.ill}: ${answer.why}`, words.fix);
}

async function outboxFindings(world: Needs, say: Say, row: HostRow): Promise<Finding[]> {
  const { waiting, trouble } = await hostMessages.counts(world.db, row.appId);
  const heard =
    row.heardAt === null
      ? say.note(
          'webhook',
          'It has not called the webhook yet, so news from there take a minute.',
          'Enter the address and the secret below in its settings, for all events.',
        )
      : say.fine('webhook', `It called the webhook last at ${row.heardAt.toISOString()}.`);
  const told =
    trouble === null
      ? say.fine('messages', waiting === 0 ? 'It knows all.' : `${waiting} messages wait for it.`)
      : say.trouble(
          'messages',
          `It did not take everything: ${trouble}`,
          'What it does not take is tried again for a day.',
        );
  return [heard, told];
}

/** How many are open, as it was last listed. */
export const openRequestCount = async ({ db }: Pick<World, 'db'>, app: App): Promise<number> =>
  (await hostRequests.open(db, app.id)).length;
