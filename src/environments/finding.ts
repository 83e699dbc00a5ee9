/** Something doctor has seen, in words. */
export interface Finding {
  /** Its kind, for programs. */
  finding: string;
  /** What it is about: APP/NAME, a database, a host. */
  subject: string;
  text: string;
  /** What the reader can do next, best first. */
  fix: string[];
  severity: 'fine' | 'note' | 'trouble';
}

type Said = [finding: string, text: string, ...fix: string[]];

/** Findings about one subject. */
export function about(subject: string) {
  const say =
    (severity: Finding['severity']) =>
    (...[finding, text, ...fix]: Said): Finding => ({ finding, subject, text, fix, severity });
  return { fine: say('fine'), note: say('note'), trouble: say('trouble') };
}

/** For people: `1.7 GB`. */
export function roughBytes(bytes: number): string {
  const [unit, size] = [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ].find(([, size]) => bytes >= Number(size)) ?? ['B', 1];
  const amount = bytes / Number(size);
  return `${unit === 'B' || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${unit}`;
}
