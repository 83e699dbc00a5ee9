// bench/gateway-leaks.ts [--count 1000000] [--seed 1]: as many hostile connections through a front door, clients and
// instance in the same process. Prints, after each twentieth, what is left of sockets and memory; ends with 1 when
// either grows, or when anybody got an answer that was another's.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { doorTo, undoing, until } from '../test/support/front-door-rig.ts';
import { beHostile, hostileInstance } from '../test/support/hostility.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
  },
});
const rounds = 20;
const perRound = Math.ceil(Number(values.count) / rounds);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const undo = undoing();
const { port, sockets } = await hostileInstance(undo);
const {
  port: at,
  door,
  instance,
} = await doorTo(undo, port, {
  parts: { limits: { answerMs: 200, headMs: 200, idleMs: 300, bodyStallMs: 200, lingerMs: 100 } },
});
instance.counter = {
  began() {},
  answered() {},
  aborted() {},
  failed() {},
  refused() {},
  retried() {},
};

const heaps: number[] = [];
let foreign = 0;
for (let round = 1; round <= rounds; round += 1) {
  const seed = Number(values.seed) * 1_000 + round;
  const seen = await beHostile({ port: at, count: perRound, seed, atOnce: 400, patienceMs: 150 });
  foreign += seen.foreign;
  await until(() => door.connections === 0 && instance.endpoint.open === 0);
  for (const connection of instance.endpoint.idle.slice()) connection.close();
  await until(() => sockets.size === 0);
  collectGarbage();
  const { heapUsed, rss, external } = process.memoryUsage();
  heaps.push(heapUsed);
  const mebibytes = (bytes: number) => (bytes / 1_048_576).toFixed(1);
  console.log(
    `${round * perRound} connections, ${seen.whole} answered in this round, ${foreign} foreign: heap ${mebibytes(heapUsed)}, external ${mebibytes(external)}, resident ${mebibytes(rss)} MiB`,
  );
}
await undo.run();

const early = Math.max(...heaps.slice(1, rounds / 2));
const late = Math.min(...heaps.slice(rounds / 2));
const grows = late > early * 1.1;
if (grows) console.log(`The heap grows: ${early} to ${late} bytes.`);
process.exitCode = grows || foreign > 0 ? 1 : 0;
