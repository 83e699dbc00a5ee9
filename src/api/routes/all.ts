import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';
import { appHandlers } from './apps.ts';
import { auditHandlers } from './audit.ts';
import { candidateHandlers } from './candidates.ts';
import { certificateHandlers } from './certificates.ts';
import { chatHandlers } from './chat.ts';
import { deployHandlers } from './deploys.ts';
import { environmentHandlers } from './environments.ts';
import { evidenceHandlers } from './evidence.ts';
import { eventHandlers } from './events.ts';
import { freezeHandlers } from './freezes.ts';
import { hostHandlers } from './hosts.ts';
import { infrastructureHandlers } from './infrastructure.ts';
import { jobHandlers } from './jobs.ts';
import { logHandlers } from './logs.ts';
import { overviewHandlers } from './overview.ts';
import { peopleHandlers } from './people.ts';
import { nodeHandlers } from './nodes.ts';
import { pushHandlers } from './pushes.ts';
import { rolloutHandlers } from './rollouts.ts';
import { secretHandlers } from './secrets.ts';
import { sessionHandlers } from './session.ts';
import { snapshotHandlers } from './snapshots.ts';
import { statusHandlers } from './status.ts';
import { terminalHandlers } from './terminals.ts';
import { timelineHandlers } from './timeline.ts';
import { tokenHandlers } from './tokens.ts';
import { trafficHandlers } from './traffic.ts';
import { trainHandlers } from './trains.ts';

/** Everything the API can be asked, answered from the domain. */
export function apiHandlers(world: ApiWorld): Handlers {
  return {
    ...appHandlers(world),
    ...environmentHandlers(world),
    ...nodeHandlers(world),
    ...deployHandlers(world),
    ...pushHandlers(world),
    ...logHandlers(world),
    ...terminalHandlers(world),
    ...snapshotHandlers(world),
    ...secretHandlers(world),
    ...jobHandlers(world),
    ...overviewHandlers(world),
    ...timelineHandlers(world),
    ...tokenHandlers(world),
    ...peopleHandlers(world),
    ...auditHandlers(world),
    ...eventHandlers(world),
    ...statusHandlers(world),
    ...trafficHandlers(world),
    ...certificateHandlers(world),
    ...rolloutHandlers(world),
    ...evidenceHandlers(world),
    ...candidateHandlers(world),
    ...freezeHandlers(world),
    ...infrastructureHandlers(world),
    ...trainHandlers(world),
    ...hostHandlers(world),
    ...chatHandlers(world),
    ...sessionHandlers(),
  };
}
