const sizes = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;

/** `3d`, `5h`, `2m`, `9s`: one unit, for a table. */
export function roughly(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export function ago(date: Date | null): string {
  return date ? `${roughly(Date.now() - date.getTime())} ago` : '-';
}

export function age(date: Date): string {
  return roughly(Date.now() - date.getTime());
}

export function ahead(date: Date | null): string {
  return date ? `in ${roughly(date.getTime() - Date.now())}` : '-';
}

export function bytes(count: number | null): string {
  if (count === null) return '-';
  const [unit, size] = sizes.find(([, size]) => count >= size) ?? ['B', 1];
  const amount = count / size;
  return `${amount < 10 && size > 1 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

export function short(commit: string | null): string {
  return commit?.slice(0, 7) ?? '-';
}

/** Green for what is well, red for what is not, by the word itself. */
export function stateStyle(state: string): 'green' | 'red' | 'yellow' | null {
  if (/^(live|ready|succeeded|passed|released|running|fine|active|ok)$/.test(state)) return 'green';
  if (/^(failed|lost|timed-out|trouble|crashing)$/.test(state)) return 'red';
  if (/^(queued|creating|destroying|waiting|asking|taking|note|warned)$/.test(state))
    return 'yellow';
  return null;
}

/** Lines of `name  value`, without those that have no value. */
export function facts(pairs: Readonly<Record<string, string | null | undefined>>): string {
  const told = Object.entries(pairs).filter(([, value]) => value);
  const width = Math.max(...told.map(([name]) => name.length));
  return told.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
