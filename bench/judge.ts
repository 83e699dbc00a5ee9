// node bench/judge.ts [--hours 100] [--slow-hours 20] [--seed 1] [--only healthy|delay|hostile|cost]...
// Simulated rollouts with a seed, the same for every judge: ours, Kayenta, Argo and Flagger as in
// src/rollout/analysis. How often a healthy release is rolled back in an hour, after how many of its requests a
// bad one is, what hostile worlds do to each, and what a tick costs us. Kayenta's judge is slow and sees fewer hours.
import { parseArgs } from 'node:util';
import { costTable } from './judge/cost.ts';
import { delayTable } from './judge/delay.ts';
import { healthyTable } from './judge/healthy.ts';
import { hostileTable } from './judge/hostile.ts';

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '100' },
    'slow-hours': { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const effort = {
  hours: Number(values.hours),
  slowHours: Math.min(Number(values['slow-hours']), Number(values.hours)),
  seed: Number(values.seed),
};

const parts = {
  healthy: {
    title: 'Rolled back in a healthy hour, errors 0.5 % in both arms',
    make: healthyTable,
  },
  delay: {
    title: 'Requests of the candidate until it is acted on, median (p90), 100 requests/s, 10 %',
    make: delayTable,
  },
  hostile: { title: 'Healthy candidate in a hostile world, rolled back', make: hostileTable },
  cost: { title: 'CPU of one tick with 100,000 requests', make: costTable },
};

for (const [name, { title, make }] of Object.entries(parts))
  if (values.only.length === 0 || values.only.includes(name)) {
    const began = performance.now();
    console.log(`\n### ${title}\n\n${make(effort)}`);
    console.log(`\n(${((performance.now() - began) / 1000).toFixed(0)} s)`);
  }
