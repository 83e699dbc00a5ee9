import { inTransaction, type Database, type Queryable } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Tick, Ticks, TrafficCount } from '../gateway/traffic.ts';
import { bucketBytes } from './bucket-bytes.ts';
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
  for (let portion = 0; portion < portions; portion += 1) {
    const cursor = await traffic.cursor(world.db);
    const read = await readOn(world.gateway, cursor);
    if (read.ticks.length === 0 && read.gateway === cursor.gateway) return;
    const isOurs = await inTransaction(world.db, (tx) => store(tx, { cursor, read }));
    if (isOurs && read.lost > 0) world.log(`alarm: ${lostWords(read.lost)}`);
  }
}

/** The numbers of another gateway say nothing about this one's. */
async function readOn(gateway: Needs['gateway'], cursor: TrafficCursor): Promise<Ticks> {
  const read = await gateway.ticks(cursor.number);
  if (read.gateway === cursor.gateway || cursor.number === null) return read;
  return gateway.ticks(null);
}

/** False: somebody else was faster, and nothing was done. */
async function store(
  tx: Queryable,
  { cursor, read }: { cursor: TrafficCursor; read: Ticks },
): Promise<boolean> {
  const now = await traffic.lockCursor(tx);
  if (now.gateway !== cursor.gateway || now.number !== cursor.number) return false;
  await addTicks(tx, read.ticks);
  const { gateway, lost } = read;
  await traffic.moveCursor(tx, { gateway, lost, number: read.ticks.at(-1)?.number ?? null });
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
}

const nameOf = ({ environment, service, version, instance, host, path }: TrafficCount): string =>
  [environment, service, version, instance, host, path].join('\n');

function rowOf(count: TrafficCount): Omit<TrafficRow, 'line' | 'at' | 'seconds'> {
  const { requests, refused, aborted, failed, retried, bad, badUsers, bytesIn, bytesOut } = count;
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
    bytesIn,
    bytesOut,
    firstByte: bucketBytes(count.firstByte),
    total: bucketBytes(count.total),
  };
}

const lostWords = (lost: number): string =>
  `The counts of ${lost === 1 ? 'a second' : `up to ${lost} seconds`} of traffic are lost: nobody read them for too long`;
