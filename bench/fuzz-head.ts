// node bench/fuzz-head.ts [--seconds N] [--seed N]
// Mutates the corpus of test/gateway-corpus and holds our parsers against themselves (the same bytes in pieces) and
// against Node's (what we would forward). Ends with status 1 at the first disagreement, or when a case is slow or hangs.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Fuzzed, fuzz } from '../test/gateway-corpus/fuzz/fuzz.ts';

/** One that takes this long never ends. */
const hangMs = 20_000;

/** What takes longer than this, undisturbed, is a way to keep the gateway busy. */
const slowMs = 100;

interface Job {
  seed: number;
  seconds: number;
}

if (isMainThread) await watch();
else await work(workerData as Job);

/** The cases run in a thread of their own, so that one that never ends can be told. */
async function watch(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '600' },
      seed: { type: 'string', default: '1' },
    },
  });
  const job: Job = { seed: Number(values.seed), seconds: Number(values.seconds) };
  const worker = new Worker(new URL(import.meta.url), { workerData: job });
  let news: Fuzzed | undefined;
  let newsAt = performance.now();
  worker.on('message', (message: Fuzzed) => {
    news = message;
    newsAt = performance.now();
  });
  const timer = setInterval(() => {
    if (performance.now() - newsAt < hangMs) return;
    console.error(`Seed ${job.seed} hangs shortly after case ${news?.cases ?? 0}.`);
    process.exit(1);
  }, 1000);
  await once(worker, 'exit');
  clearInterval(timer);
  console.log(JSON.stringify({ ...job, ...news }));
  if (news === undefined || news.slowestMs > slowMs) process.exitCode = 1;
}

async function work({ seed, seconds }: Job): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let reportAt = 0;
  const result = await fuzz(seed, (soFar) => {
    const now = performance.now();
    if (now >= reportAt) {
      parentPort?.postMessage({ ...soFar });
      reportAt = now + 1000;
    }
    return now >= end;
  });
  parentPort?.postMessage(result);
}
