/** Percent of `5 %`, `12.5%`: a number from 0 to 100; null for anything else. */
export function parsePercentage(text: string): number | null {
  const match = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(text.trim());
  const percent = Number(match?.[1] ?? Number.NaN);
  return percent <= 100 ? percent : null;
}

/** `5 %`, as signalbox.yaml writes it. */
export function formatPercentage(percent: number): string {
  return `${percent} %`;
}
