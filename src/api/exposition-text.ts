import type { Metric } from '../environments/gateway-metrics.ts';

/** Prometheus's text format, version 0.0.4. */
export function expositionText(metrics: readonly Metric[]): string {
  return metrics.map(oneMetric).join('');
}

function oneMetric({ name, help, kind, samples }: Metric): string {
  const lines = samples.map(({ suffix, labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${suffix}{${pairs.join(',')}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
