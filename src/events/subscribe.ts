import { EventEmitter } from 'node:events';
import { Client } from 'pg';
import { rows, sql, type Database } from '../db/pool.ts';
import type { Event } from './event.ts';
import { eventsChannel } from './publish.ts';

export interface EventFilter {
  push?: string | undefined;
  environment?: string | undefined;
  app?: string | undefined;
}

export interface Subscriptions {
  /** Events after an id, oldest first, then new ones as they come, until the signal aborts. None missed, none twice. */
  events(after: number, filter: EventFilter, signal: AbortSignal): AsyncIterable<Event>;
  stop(): Promise<void>;
}

const reconnectMs = 1000;
/** LISTEN can be lost without a word (a proxy, a failover); looking by ourselves bounds the delay. */
const lookAnywayMs = 5000;

/** One listening connection for this controller; everybody who waits is woken by it. */
export function subscriptions(options: { db: Database; databaseUrl: string }): Subscriptions {
  const bell = new EventEmitter();
  bell.setMaxListeners(0);
  const stopped = new AbortController();
  let client = listen(options.databaseUrl, bell, stopped.signal);
  const again = (): void => {
    if (stopped.signal.aborted) return;
    const reconnect = (): void => {
      client = listen(options.databaseUrl, bell, stopped.signal);
    };
    setTimeout(reconnect, reconnectMs).unref();
  };
  bell.on('lost', again);

  return {
    async *events(after, filter, signal) {
      const either = AbortSignal.any([signal, stopped.signal]);
      let last = after;
      while (!either.aborted) {
        const rung = nextRing(bell, either);
        const fresh = await eventsAfter(options.db, last, filter);
        for (const event of fresh) {
          yield event;
          last = event.id;
        }
        if (fresh.length === 0) await rung;
      }
    },
    async stop() {
      stopped.abort();
      await (await client)?.end().catch(() => undefined);
    },
  };
}

async function listen(
  url: string,
  bell: EventEmitter,
  signal: AbortSignal,
): Promise<Client | null> {
  const client = new Client({ connectionString: url, application_name: 'signalbox events' });
  client.on('error', () => undefined);
  client.on('notification', () => bell.emit('ring'));
  try {
    await client.connect();
    client.once('end', () => bell.emit('lost'));
    await client.query(`listen ${eventsChannel}`);
    if (signal.aborted) await client.end();
    // What was committed while nobody listened.
    bell.emit('ring');
    return client;
  } catch {
    bell.emit('lost');
    return null;
  }
}

function nextRing(bell: EventEmitter, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      bell.off('ring', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, lookAnywayMs);
    timer.unref();
    bell.on('ring', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

function eventsAfter(db: Database, after: number, filter: EventFilter): Promise<Event[]> {
  const { push = null, environment = null, app = null } = filter;
  return rows<Event>(
    db,
    sql`select id, at, kind, app, environment, push, text, data from events
        where id > ${after}
          and (${push}::text is null or push = ${push})
          and (${environment}::text is null or environment = ${environment})
          and (${app}::text is null or app = ${app})
        order by id limit 500`,
  );
}
