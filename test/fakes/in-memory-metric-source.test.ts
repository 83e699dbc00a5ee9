import { metricSourceContract } from '../../src/observe/metric-source.contract.ts';
import { inMemoryMetricSource } from './in-memory-metric-source.ts';

metricSourceContract('the metric source in memory', async () => {
  const { source, count } = inMemoryMetricSource('orders');
  const from = Math.floor(Date.now() / 1000) - 60;
  const happened = Array.from({ length: 10 }, (_, index) => ({
    new: [index, index % 2] as [number, number],
    old: [10 * index, index % 3] as [number, number],
  }));
  happened.forEach((second, index) => {
    for (const deploy of ['new', 'old'] as const) {
      const [requests, bad] = second[deploy];
      count(deploy, from + index, { requests, bad });
    }
  });
  return { source, environment: 'environment-1', from, happened };
});
