import { examineChat } from '../../chat/examine-chat.ts';
import { doctor } from '../../environments/doctor.ts';
import { rows, sql } from '../../db/pool.ts';
import { controllers } from '../../workflow/controllers.ts';
import { dutyStates } from '../../workflow/duty.ts';
import type { Output } from '../contract/all.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'getStatus' | 'health' | 'doctor';

export function statusHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    health: () => ({ ok: true }),
    getStatus: () => status(world),
    doctor: async ({ environment = null }) => ({
      findings: [
        ...(await doctor(world, environment)),
        ...(environment === null ? await examineChat(world.db) : []),
      ],
    }),
  };
}

async function status(world: ApiWorld): Promise<Output<'getStatus'>> {
  const parts = {
    gateway: await part(() => gatewayWords(world)),
    database: await part(() => databaseWords(world)),
    runtime: await part(() => runtimeWords(world)),
  };
  const duties = (await dutyStates(world.db)).map(({ name, everyMs, ranAt, silent, error }) => ({
    name,
    everyMs,
    ranAt,
    silent,
    error,
  }));
  const well =
    Object.values(parts).every(({ ok }) => ok) &&
    duties.every(({ silent, error }) => !silent && error === null);
  return {
    ok: well,
    version: world.version,
    controllers: await controllers(world.db),
    duties,
    ...parts,
  };
}

async function part(ask: () => Promise<string>): Promise<{ ok: boolean; text: string }> {
  try {
    return { ok: true, text: await ask() };
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

async function gatewayWords({ gateway }: ApiWorld): Promise<string> {
  const hosts = await gateway.activity();
  const open = hosts.reduce((sum, { openRequests }) => sum + openRequests, 0);
  const { scheme, port } = await gateway.entrance();
  return `Serves ${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'} on ${scheme} port ${port}; ${open} open ${open === 1 ? 'request' : 'requests'}.`;
}

async function databaseWords({ db }: ApiWorld): Promise<string> {
  const [answer] = await rows<{ version: string }>(
    db,
    sql`select current_setting('server_version') as version`,
  );
  return `PostgreSQL ${answer?.version ?? ''} answers.`;
}

async function runtimeWords({ runtime }: ApiWorld): Promise<string> {
  return (
    (await runtime.limits()).note ??
    'Limits of memory and CPU are enforced; apps run as users of their own.'
  );
}
