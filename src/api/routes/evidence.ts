import { judgesSoFar } from '../../rollout/judges-so-far.ts';
import { showEvidence } from '../../rollout/show-evidence.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

export function evidenceHandlers({ db }: ApiWorld): Pick<Handlers, 'getEvidence'> {
  const judges = judgesSoFar(db);
  return { getEvidence: (asked) => showEvidence({ db, judges }, asked) };
}
