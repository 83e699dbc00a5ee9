import { AsyncLocalStorage } from 'node:async_hooks';
import { hostname, networkInterfaces } from 'node:os';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { announce, withdraw } from '../api/announce.ts';
import { apiHandlers } from '../api/routes/all.ts';
import { chatDoorRoutes } from '../api/routes/chat-door.ts';
import { dashboardRoutes } from '../api/routes/dashboard.ts';
import { gitRoutes } from '../api/routes/git.ts';
import { metricsRoutes } from '../api/routes/metrics.ts';
import { apiServer } from '../api/server.ts';
import { sessionBook } from '../api/session-book.ts';
import { auditLog, authenticate, createToken } from '../api/tables.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, row, sql, type Database, type OpenDatabase } from '../db/pool.ts';
import { destroyEnvironment } from '../environments/destroy.ts';
import { reconcile } from '../environments/reconcile.ts';
import { followPush, type HandOver } from '../environments/follow-push.ts';
import { onceReviewed } from '../environments/host-review.ts';
import { runJob } from '../environments/run-jobs.ts';
import { takeSnapshot } from '../environments/take-snapshot.ts';
import { workflows, type World } from '../environments/world.ts';
import { subscriptions } from '../events/subscribe.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import { byHandHooks } from '../pipeline/by-hand-hooks.ts';
import { promoteWorkflow } from '../pipeline/candidate.ts';
import { promote } from '../pipeline/promote.ts';
import { finishRollback } from '../rollout/finish-rollback.ts';
import { mendRollouts } from '../rollout/mend-rollouts.ts';
import { rolloutWorkflows } from '../rollout/rollout-workflows.ts';
import { depart } from '../train/depart.ts';
import { sendOnItsWay } from '../train/send-on-its-way.ts';
import { departWorkflow } from '../train/train.ts';
import { durableEngine } from '../workflow/engine.ts';
import { startHeartbeat } from '../workflow/heartbeat.ts';
import type { Engine } from '../workflow/workflow.ts';
import type { CertificateSettings } from './certificates-duty.ts';
import { speakOnNetworks, type SpokenNetworks } from './chat-networks.ts';
import { lockDataDirectory } from './controller-lock.ts';
import { startDuties, usualRhythm, type Rhythm } from './duties.ts';
import { chooseDatabase, keptFile, pairWithFiles } from './installation.ts';
import { makeWorld } from './make-world.ts';
import { plainGateway, type GatewayWish } from './open-gateway.ts';

export interface ServerOptions {
  /** This controller's own directory. */
  data: string;
  /** What all controllers of one database share; absent: the data directory. */
  files?: string | undefined;
  listen: string;
  /** Its address, or all that is wished of it. */
  gateway: string | GatewayWish;
  domain: string;
  /** Absent: none, neither from files nor ordered. */
  certificates?: CertificateSettings | undefined;
  /** Where the CLI of this user looks for controllers; absent: only in the data directory. */
  announceIn?: string | undefined;
  databaseUrl?: string | undefined;
  rhythm?: Partial<Rhythm> | undefined;
  clock?: Clock | undefined;
  version: string;
  /** For tests that end the process between two named steps. */
  aroundEngine?: ((engine: Engine) => Engine) | undefined;
  log(line: string): void;
}

export interface RunningServer {
  url: string;
  gatewayUrl: string;
  /** In words: which database. */
  database: string;
  /** Only at the very first start. */
  newAdminToken: string | null;
  tokenFile: string;
  /** The controller ends in good order; workloads, gateway and an embedded database live on. */
  stop(): Promise<void>;
  /** Ends the embedded database too. For demos and tests. */
  stopDatabase(): Promise<void>;
  /** Resolves with the reason when another controller has taken over this one's work. */
  lost: Promise<string>;
}

/** Starts one controller: database, drivers, workflows, API. What was interrupted goes on. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { data, gateway, log } = options;
  const files = options.files ?? data;
  await mkdir(data, { recursive: true, mode: 0o711 });
  const lock = await lockDataDirectory(data);
  const chosen = await chooseDatabase({ databaseUrl: options.databaseUrl, data, log });
  const database = openDatabase(chosen.url, 15);
  const { db } = database;
  await migrate(db);
  await pairWithFiles(db, files);
  const controller = (await keptFile(join(data, 'controller-id'), newId)).trim();
  const around = options.aroundEngine ?? ((engine: Engine): Engine => engine);
  const durable = durableEngine({ databaseUrl: chosen.url, executor: controller, log });
  const engine = around(startingAnywhere(durable));
  const world = await makeWorld({
    ...options,
    database,
    databaseUrl: chosen.url,
    exclusive: chosen.stop !== null,
    engine,
    files,
    gatewayWish: typeof gateway === 'string' ? plainGateway(gateway) : gateway,
  });
  const bell = subscriptions({ db, databaseUrl: chosen.url });
  const chat = speakOnNetworks(world, { controller });
  const api = serveApi(world, { options, controller, bell, files, chat });
  const url = await api.listen(options.listen);
  registerWorkflows(engine, world);
  await sayThatWeLive(db, { controller, listen: url });
  const heartbeat = startHeartbeat({ databaseUrl: chosen.url, controller });
  await engine.launch();
  // Nobody should wait a minute for the reconciler's next turn.
  if (world.hasAnotherGateway) await reconcile(world);
  // A controller may have died between a rollback's rows and its route.
  await mendRollouts(world);
  const rhythm = { ...usualRhythm, ...options.rhythm };
  const certificates = options.certificates ?? { directory: null, acme: null };
  const tendDatabase = chosen.tend;
  const handOver = greenOnes(world);
  const duties = startDuties(world, { controller, rhythm, certificates, tendDatabase, handOver });
  chat.start();
  const token = await adminToken(database, data);
  const places = { dataDirectory: data, configDirectory: options.announceIn ?? data };
  await announce({ url, tokenFile: token.tokenFile, pid: process.pid }, places);
  const { scheme, port } = await world.gateway.entrance();
  return {
    url,
    gatewayUrl: `${scheme}://${options.domain}:${port}`,
    database: chosen.says,
    ...token,
    lost: heartbeat.lost,
    async stop() {
      await chat.stop();
      await duties.stop();
      await api.close();
      await bell.stop();
      await engine.stop();
      await heartbeat.stop();
      await sql`delete from controllers where id = ${controller}`.execute(db);
      await world.close();
      await database.close();
      await withdraw(places);
      await lock.release();
    },
    stopDatabase: async () => chosen.stop?.(),
  };
}

/** A step may start another run, which then is no part of its own: a push starts its candidate, a stage's end a destruction. */
function startingAnywhere(engine: Engine): Engine {
  const outside = AsyncLocalStorage.snapshot();
  return { ...engine, start: (name, run) => outside(() => engine.start(name, run)) };
}

interface ApiParts {
  options: ServerOptions;
  controller: string;
  bell: ReturnType<typeof subscriptions>;
  files: string;
  chat: SpokenNetworks;
}

function serveApi(world: World, { options, controller, bell, files, chat }: ApiParts) {
  let address = '';
  const { version, log } = options;
  const apiWorld = {
    ...world,
    subscriptions: bell,
    version,
    controllerId: controller,
    files,
    address: () => address,
  };
  const git = gitRoutes({
    world: apiWorld,
    ownUrl: () => address,
    hookFile: join(import.meta.dirname, '../git/hook.ts'),
  });
  const server = apiServer({
    handlers: apiHandlers(apiWorld),
    version,
    authenticate: (token) => authenticate(world.db, token),
    sessions: sessionBook(world),
    audit: auditLog(world.db),
    bug: (error, where) =>
      log(`bug at ${where}: ${error instanceof Error ? error.stack : String(error)}`),
    extend: (app, admit) => {
      git(app, admit);
      metricsRoutes(apiWorld)(app, admit);
      chatDoorRoutes(chat)(app);
      dashboardRoutes(join(import.meta.dirname, '../../web/dist'))(app);
    },
  });
  return {
    async listen(where: string): Promise<string> {
      const { host, port } = splitAddress(where);
      await server.listen({ host, port });
      const bound = server.server.address();
      const shown = isEverywhere(host) ? outsideAddress() : host;
      address = `http://${shown.includes(':') ? `[${shown}]` : shown}:${typeof bound === 'object' && bound ? bound.port : port}`;
      return address;
    },
    close: () => server.close(),
  };
}

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

function outsideAddress(): string {
  const all = Object.values(networkInterfaces()).flat();
  return (
    all.find((found) => found && !found.internal && found.family === 'IPv4')?.address ?? '127.0.0.1'
  );
}

function splitAddress(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, '') || '127.0.0.1';
  return { host, port: Number(text.slice(colon + 1)) };
}

/** What becomes of a checked and built commit of the main branch, once it is approved. */
const greenOnes = (world: World): HandOver => onceReviewed(world, sendOnItsWay(world));

/** In the same order in every controller. */
function registerWorkflows(engine: Engine, world: World): void {
  engine.register(workflows.followPush, (flow, input: { push: string }) =>
    followPush(flow, world, input, { handOver: greenOnes(world), byHand: byHandHooks(world) }),
  );
  engine.register(workflows.destroy, (flow, input: { environment: string }) =>
    destroyEnvironment(flow, world, input),
  );
  engine.register(workflows.takeSnapshot, (flow, input: Parameters<typeof takeSnapshot>[2]) =>
    takeSnapshot(flow, world, input),
  );
  engine.register(workflows.runJob, (flow, input: { run: string }) => runJob(flow, world, input));
  engine.register(
    rolloutWorkflows.finishRollback,
    (flow, input: { rollback: string; environment: string }) => finishRollback(flow, world, input),
  );
  engine.register(promoteWorkflow, (flow, input: { candidate: string }) =>
    promote(flow, world, input),
  );
  engine.register(departWorkflow, (flow, input: { train: string }) => depart(flow, world, input));
}

async function sayThatWeLive(
  db: Database,
  of: { controller: string; listen: string },
): Promise<void> {
  await sql`insert into controllers (id, host, pid, listen) values (${of.controller}, ${hostname()}, ${process.pid}, ${of.listen})
    on conflict (id) do update set host = excluded.host, pid = excluded.pid, listen = excluded.listen,
      started_at = now(), seen_at = clock_timestamp()`.execute(db);
}

/** Made at the very first start, and again only when its file was lost. */
async function adminToken(
  { db }: OpenDatabase,
  data: string,
): Promise<{ newAdminToken: string | null; tokenFile: string }> {
  const tokenFile = join(data, 'admin-token');
  const known = await row(
    db,
    sql`select id from tokens where role = 'admin' and revoked_at is null limit 1`,
  );
  const kept = await keptFile(tokenFile, () => '');
  if (known && kept.trim() !== '') return { newAdminToken: null, tokenFile };
  const { token } = await createToken(db, { name: `admin of ${hostname()}`, role: 'admin' });
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  return { newAdminToken: token, tokenFile };
}
