import type { Finding, MigrationJudgement } from './migration-judgement.ts';

const mostShown = 20;

/**
 * Lines for people: what was found in a migration, why it matters and how to do it without harm. One line for a file
 * in which nothing was found. No colours, no trailing newline.
 */
export function explainJudgement(judgement: MigrationJudgement): string[] {
  const { path, findings, waiver, parsed, note } = judgement;
  const head = note === null ? [] : [`${path}: ${note}`];
  if (waiver !== null) head.push(`${path}: waived: safe because ${waiver.reason}`);
  if (findings.length === 0) {
    return parsed && head.length === 0 ? [`${path}: the old release can live with it.`] : head;
  }
  const shown = findings.slice(0, mostShown).flatMap((finding) => explained(path, finding));
  const more = findings.length - mostShown;
  return [...head, ...shown, ...(more > 0 ? [`${path}: … and ${more} more findings.`] : [])];
}

function explained(path: string, { line, statement, severity, why, recipe }: Finding): string[] {
  return [
    `${path}:${line}: ${severity}: ${statement}`,
    `  ${why}`,
    ...recipe.map((step) => `  → ${step}`),
  ];
}
