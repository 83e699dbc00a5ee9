import { moodyApp, type Mood, type MoodyApp } from './moody-app.ts';

const rest = (rollout: string): string => `  worker: { run: node worker.js, stop: 1s }
pipeline:
  stages:
    - production: { rollout: ${rollout} }
rollouts:
  swift: { strategy: blue-green, bake: 0s, warm: 10m }
  careful: { strategy: canary, steps: [50 %, 100 %], bake: 10m, warm: 10m }
`;

const worker =
  "setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0)); console.log('at work');";

export interface UndoableApp extends MoodyApp {
  /** `swift` has all requests at once, `careful` half of them for ten minutes. */
  next(release: string, how?: 'swift' | 'careful', more?: Partial<Mood>): Promise<string>;
}

/** The moody app with a worker beside it, whose releases come to production in one of two ways. */
export async function undoableApp(name: string): Promise<UndoableApp> {
  const app = await moodyApp(name, rest('swift'));
  const yaml = (how: string): string => `app: ${name}
services:
  web: { run: node server.js, health: /healthz, instances: 2, stop: 3s }
${rest(how)}`;
  return {
    ...app,
    next: (release, how = 'swift', more = {}) =>
      app.release({ release, ...more }, { 'signalbox.yaml': yaml(how), 'worker.js': worker }),
  };
}
