// Who may import whom. People read it, the linter obeys it (oxlint.config.ts), test/tidy.test.ts
// checks that every folder under src/ stands here. docs/architecture.md says why.

const foundation = ['kernel', 'db', 'workflow', 'events', 'config'] as const;
const capabilities = [
  'git',
  'build',
  'checks',
  'stores',
  'runtimes',
  'gateway',
  'observe',
  'people',
] as const;
const upToEnvironments = [...foundation, ...capabilities, 'environments'] as const;
const upToPipeline = [...upToEnvironments, 'rollout', 'pipeline'] as const;
const domains = [...upToPipeline, 'train'] as const;

export const mayImport: Readonly<Record<string, readonly string[]>> = {
  // 1: words and rules without I/O
  kernel: [],
  // 2: foundation
  db: ['kernel'],
  workflow: ['kernel', 'db'],
  events: ['kernel', 'db'],
  config: ['kernel'],
  // 3: capabilities, each alone behind its port, never each other
  git: foundation,
  build: foundation,
  checks: foundation,
  stores: foundation,
  runtimes: foundation,
  gateway: foundation,
  observe: foundation,
  people: foundation,
  // 4: what the capabilities are for
  environments: [...foundation, ...capabilities],
  // 5: a release earns its traffic
  rollout: upToEnvironments,
  // 6: from merge to production, stage by stage
  pipeline: [...upToEnvironments, 'rollout'],
  // 7: releases leave on a timetable, when their authors agree
  train: upToPipeline,
  // 8: the edges
  chat: domains,
  api: [...domains, 'chat'],
  // the only place that sees drivers and wires them to ports
  main: [...domains, 'chat', 'api', 'cli'],
  // clients know the words and the contract, nothing else
  cli: ['kernel', 'api/contract'],
  // the dashboard, in web/src; of the contract it knows the types alone
  web: ['kernel', 'api/contract'],
};

/** Private to their own folder, and to main: what a neighbour may never reach into. */
export const privateFiles = { drivers: 'drivers/', tables: 'tables.ts', dataPlane: 'data-plane/' };

/** A push to a preview, in reading order; docs/architecture.md shows it, tidy.test.ts checks it. */
export const pushToPreview = [
  'src/api/routes/git.ts',
  'src/git/push.ts',
  'src/environments/follow-push.ts',
  'src/checks/run-checks.ts',
  'src/build/build-once.ts',
  'src/environments/create.ts',
  'src/environments/seed.ts',
  'src/environments/deploy.ts',
  'src/gateway/gateway.ts',
] as const;

/** By train, in reading order, where the main branch's file has one; shown and checked in the same way. */
export const trainToProduction = [
  'src/train/send-on-its-way.ts',
  'src/train/departures.ts',
  'src/train/depart.ts',
  'src/train/look-at-journey.ts',
  'src/train/look-at-words.ts',
  'src/train/decide.ts',
  'src/train/consent.ts',
  'src/train/cast-vote.ts',
  'src/train/eject-change.ts',
  'src/train/let-in.ts',
] as const;

/** From merge to production, in reading order; shown and checked in the same way. */
export const mergeToProduction = [
  'src/pipeline/begin-candidate.ts',
  'src/pipeline/promote.ts',
  'src/pipeline/await-turn.ts',
  'src/pipeline/deliver.ts',
  'src/pipeline/run-stage-tests.ts',
  'src/rollout/roll-out.ts',
  'src/rollout/canary.ts',
  'src/rollout/watch.ts',
  'src/rollout/analysis/judge.ts',
  'src/rollout/swing.ts',
  'src/rollout/roll-back.ts',
] as const;
