import { inTransaction } from '../db/pool.ts';
import type { HandOver } from '../environments/follow-push.ts';
import type { Plan } from '../environments/plan-push.ts';
import { wishes } from '../environments/push-tables.ts';
import type { World } from '../environments/world.ts';
import { newId } from '../kernel/id.ts';
import { candidateRun, promoteWorkflow, stagesOf, type Way } from './candidate.ts';
import { say } from './report-candidate.ts';
import { candidates, candidateStages } from './tables.ts';

/** A checked and built commit of the main branch begins its way, with a number. Repeatable: a push has one candidate. */
export const beginCandidate =
  (world: World): HandOver =>
  async (plan) =>
    void (await beginCandidateOf(world, plan));

/** As beginCandidate; its id. */
export async function beginCandidateOf(world: World, plan: Plan): Promise<string> {
  const id = await record(world, plan);
  await startPromoting(world, id);
  return id;
}

/** Repeatable; also how a lost start is mended. */
export async function startPromoting(world: World, candidate: string): Promise<void> {
  const input = { candidate };
  await world.engine.start(promoteWorkflow, { id: candidateRun(candidate), input });
}

/** From here on the candidate ends the push. */
function record(world: World, plan: Plan): Promise<string> {
  return inTransaction(world.db, async (tx) => {
    await candidates.lockNumbers(tx, plan.appId);
    const known = await candidates.ofPush(tx, plan.push);
    if (known) return known.id;
    const id = newId();
    const stages = stagesOf(plan.config);
    await candidates.add(tx, id, plan);
    await candidateStages.add(tx, id, stages);
    await wishes.handOver(tx, plan.push, id);
    const number = (await candidates.get(tx, id))?.number ?? 0;
    const way: Way = { candidate: id, number, plan, stages };
    const text = `Candidate ${number}: ${stages.map(({ name }) => name).join(' → ')}`;
    await say(tx, way, { kind: 'candidate-begun', text });
    return id;
  });
}
