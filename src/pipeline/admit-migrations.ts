import type { Config } from '../config/config.ts';
import { announce } from '../environments/conclude-deploy.ts';
import type { Obstacle } from '../environments/deploy-order.ts';
import { environments } from '../environments/environment-rows.ts';
import type { Site } from '../environments/prepare-deploy.ts';
import type { World } from '../environments/world.ts';
import { migrationJudgements, type KeptJudgement } from '../rollout/judgement-tables.ts';
import { explainJudgement } from '../stores/migration-safety/explain-judgement.ts';
import { stopsPipeline } from '../stores/migration-safety/migration-judgement.ts';
import { stageEnvironmentName, type Way } from './candidate.ts';
import { judgeMigrations, type PendingJudged } from './judge-migrations.ts';
import type { Failure } from './report-candidate.ts';

/**
 * The release that serves can live with what this deploy's migrations will do, or the deploy stops before
 * anything of it is prepared. What is known of each migration is kept for whoever rolls back later. Repeatable.
 */
export async function admitMigrations(site: Site): Promise<'ready' | Obstacle> {
  const { flow, order } = site;
  if (!runsMigrations(order.config)) return 'ready';
  return flow.step(
    `see whether what serves ${order.environmentName} can live with the migrations`,
    () => judgeHere(site),
  );
}

const runsMigrations = ({ stores }: Pick<Config, 'stores'>): boolean =>
  Object.values(stores).some((store) => store.kind === 'postgres' && store.migrate !== null);

async function judgeHere({ world, order, deploy }: Site): Promise<'ready' | Obstacle> {
  const environment = await environments.get(world.db, order.environment);
  const { commit, config } = order;
  const judged = environment && (await judgeMigrations(world, { environment, commit, config }));
  if (!judged || judged.judgements.length === 0) return 'ready';
  const of = { environment: order.environment, deploy };
  for (const kept of judged.judgements) await migrationJudgements.put(world.db, of, kept);
  const stop = whyStopped(judged, order.environmentName);
  if (stop) return { failed: stop.reason, logTail: stop.logTail, fix: [...stop.fix] };
  const said = judged.judgements.flatMap(({ judgement }) => explainJudgement(judgement));
  await announce(world, order, { kind: 'migrations-judged', text: said.join('\n') });
  return 'ready';
}

/**
 * Why a candidate need not begin at all: what its migrations would do to production as it is now. null: nothing
 * that is known yet; production is asked again when its turn comes. Reads only.
 */
export async function whyNeverToProduction(
  world: World,
  { number, plan, stages }: Way,
): Promise<{ stage: Way['stages'][number]; failure: Failure } | null> {
  const stage = stages.find(({ name }) => name === 'production');
  if (!stage || !runsMigrations(plan.config)) return null;
  const { app, commit, config } = plan;
  const name = stageEnvironmentName(stage, number);
  const environment = await environments.byName(world.db, app, name);
  const judged = environment && (await judgeMigrations(world, { environment, commit, config }));
  const failure = judged && whyStopped(judged, name);
  return failure ? { stage, failure } : null;
}

function whyStopped({ serving, judgements }: PendingJudged, where: string): Failure | null {
  const stopping = judgements.filter(({ judgement }) => stopsPipeline(judgement));
  if (stopping.length === 0) return null;
  const release = serving.slice(0, 7);
  return {
    reason: `${release}, which serves ${where}, cannot live with ${inWords(stopping)}; nothing was migrated`,
    logTail: stopping.flatMap(({ judgement }) => explainJudgement(judgement)).join('\n'),
    fix: [
      'Do it in steps that the running release can live with, as said above (docs/guides/migrations.md).',
      'Where it is safe, say so in the file: -- signalbox: safe because REASON',
    ],
  };
}

const mostNamed = 3;

function inWords(stopping: readonly KeptJudgement[]): string {
  const named = stopping.slice(0, mostNamed).map(({ judgement }) => judgement.path);
  const more = stopping.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
