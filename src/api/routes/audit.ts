import type { Handlers } from '../handlers.ts';
import { listAudit } from '../tables.ts';
import type { ApiWorld } from './api-world.ts';

export function auditHandlers({ db }: ApiWorld): Pick<Handlers, 'listAudit'> {
  return {
    listAudit: async ({ before, subject, limit }) => ({
      entries: await listAudit(db, { before, subject, limit }),
    }),
  };
}
