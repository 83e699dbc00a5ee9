import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { say } from './demo-say.ts';
import { demoSignalbox } from './demo-signalbox.ts';
import { demoStage, type DemoStage } from './demo-stage.ts';
import { sayMet, tellStory, visitorsPerSecond } from './demo-story.ts';
import { followTrain, sayGood, tellTrain } from './demo-train.ts';
import { userConfigDirectory } from './up.ts';

const { values } = parseArgs({
  options: {
    exit: { type: 'boolean', default: false },
    data: { type: 'string' },
    listen: { type: 'string' },
    gateway: { type: 'string' },
  },
});

/** While somebody looks: the charts live, and the machine has time for other things. */
const laterPerSecond = 20;
const began = Date.now();
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());

/** `bin/demo`: the whole way from `git push` to production, with examples/shop. Ends tidily, whenever it is interrupted. */
async function demo(): Promise<void> {
  const signalbox = await demoSignalbox({
    data: values.data,
    listen: values.listen,
    gateway: values.gateway,
    announceIn: values.exit ? undefined : userConfigDirectory(),
    beginsIn: (place) => say(`Starting Signalbox in ${place} …`),
  });
  let stage: DemoStage | undefined;
  try {
    stage = await demoStage(signalbox, interrupted.signal);
    sayWhere(stage, 'It is up. Watch what follows in the dashboard:');
    await tellStory(stage);
    await tellTrain(stage);
    await (values.exit ? endByItself(stage) : stayUp(stage));
  } finally {
    say('\nTaking everything down …');
    stage?.visitors.come(0);
    await signalbox.tearDown();
    say('Gone.');
  }
}

function sayWhere({ url, token, radiatorUrl }: DemoStage, title: string): void {
  say(`\n${title}`);
  say(`  Dashboard   ${url}`);
  say(`  Your token  ${token}`);
  say(`  Radiator    ${radiatorUrl}`);
}

async function endByItself(stage: DemoStage): Promise<void> {
  stage.visitors.met();
  await sayGood(stage);
  if (!(await followTrain(stage))) throw new Error('the train has not arrived');
  sayMet(stage.visitors.met());
  say(`\nFrom nothing to here: ${seconds()} s.`);
}

async function stayUp(stage: DemoStage): Promise<void> {
  const { url, visitors, signal } = stage;
  visitors.come(laterPerSecond);
  say(
    `\nFrom nothing to here: ${seconds()} s. ${visitorsPerSecond} visitors a second become ${laterPerSecond}, for as long as it stays up.`,
  );
  sayWhere(stage, 'Now it is your turn. Sign in to the dashboard:');
  say(
    `\nTrain 1 asks you. Open ${url}/apps/shop/train and say good: production gets it step by step.`,
  );
  say('Push more branches, too; Ctrl-C ends everything.\n');
  await followTrain(stage);
  await once(signal, 'abort');
}

const seconds = (): string => ((Date.now() - began) / 1000).toFixed(0);

try {
  await demo();
} catch (error) {
  if (!interrupted.signal.aborted) {
    process.stderr.write(
      `\nThe demo failed: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
process.exit();
