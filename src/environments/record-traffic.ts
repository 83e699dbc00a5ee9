import { inTransaction, type Database, type Queryable } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Tick, Ticks, TrafficCount } from '../gateway/traffic.ts';
import { bucketBytes } from './bucket-bytes.ts';
import { lately } from './lately-tables.ts';
import { traffic, type TrafficCursor, type TrafficRow } from './traffic-tables.ts';

interface Needs {
  db: Database;
  gateway: Pick<Gateway, 'ticks'>;
  log(line: string): void;
}

/** What the gateway may have gathered while nobody read is fetched in so many portions at a time. */
const portions = 20;

/**
 * Everything the gateway has counted so far is in the database. Several controllers may do it at once and any
 * may die in between: a tick is stored together with its number, so it arrives once. Repeatable.
 */
export async function recordTraffic(world: Needs): Promise<void> {
  for (let left = portions; left > 0; left -= 1) {
    const cursor = await traffic.cursor(world.db);
    const portion = await readOn(world, cursor);
    const { read } = portion;
    if (read.ticks.length === 0 && read.gateway === cursor.gateway) return;
    const isOurs = await inTransaction(world.db, (tx) => store(tx, { cursor, portion }));
    if (isOurs && read.lost > 0) world.log(`alarm: ${lostWords(read.lost)}`);
  }
}

interface Portion {
  read: Ticks;
  /** The last number that was known of that gateway. */
  after: number | null;
}

/** The numbers of another gateway say nothing about this one's; it may be one that was read before. */
async function readOn({ db, gateway }: Needs, cursor: TrafficCursor): Promise<Portion> {
  let after = cursor.gateway === null ? null : cursor.number;
  let of = cursor.gateway;
  for (;;) {
    const read = await gateway.ticks(after);
    if (read.gateway === of) return { read, after };
    of = read.gateway;
    const known = await traffic.lastRead(db, of);
    if (known === after) return { read, after };
    after = known;
  }
}

/** False: somebody else was faster, and nothing was done. */
async function store(
  tx: Queryable,
  { cursor, portion }: { cursor: TrafficCursor; portion: Portion },
): Promise<boolean> {
  const now = await traffic.lockCursor(tx);
  if (now.gateway !== cursor.gateway || now.number !== cursor.number) return false;
  const { read, after } = portion;
  await addTicks(tx, read.ticks);
  const { gateway, lost } = read;
  await traffic.moveCursor(tx, { gateway, lost, number: read.ticks.at(-1)?.number ?? after });
  if (lost > 0)
    await publish(tx, { kind: 'traffic-lost', text: lostWords(lost), data: { ticks: lost } });
  return true;
}

async function addTicks(tx: Queryable, ticks: readonly Tick[]): Promise<void> {
  const found = ticks.flatMap(({ second, seconds, counts }) =>
    counts.map((count) => ({ count, at: new Date(second * 1000), seconds })),
  );
  if (found.length === 0) return;
  const named = new Map(found.map(({ count }) => [nameOf(count), count]));
  const ids = await traffic.lineIds(tx, [...named.values()]);
  const idOf = new Map([...named.keys()].map((name, index) => [name, ids[index]!]));
  await traffic.add(
    tx,
    found.map(({ count, at, seconds }) => ({
      line: idOf.get(nameOf(count))!,
      at,
      // A tick is a second or a merged minute; the table knows no other.
      seconds: seconds > 1 ? 60 : 1,
      ...rowOf(count),
    })),
  );
  await lately.add(
    tx,
    found.map(({ count: { environment, requests, bad }, at }) => ({
      environment,
      at,
      requests,
      bad,
    })),
  );
}

const nameOf = ({ environment, service, version, instance, host, path }: TrafficCount): string =>
  [environment, service, version, instance, host, path].join('\n');

function rowOf(count: TrafficCount): Omit<TrafficRow, 'line' | 'at' | 'seconds'> {
  const { requests, refused, aborted, failed, retried, bad, badUsers, newcomers } = count;
  const { bytesIn, bytesOut } = count;
  const [success, redirect, clientError, serverError] = count.answers;
  return {
    requests,
    success,
    redirect,
    clientError,
    serverError,
    refused,
    aborted,
    failed,
    retried,
    bad,
    badUsers,
    newcomers,
    bytesIn,
    bytesOut,
    firstByte: bucketBytes(count.firstByte),
    total: bucketBytes(count.total),
  };
}

const lostWords = (lost: number): string =>
  `The counts of ${lost === 1 ? 'a second' : `up to ${lost} seconds`} of traffic are lost: nobody read them for too long`;
