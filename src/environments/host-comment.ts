import type { CommitFacts, PreviewFacts } from './host-facts-tables.ts';

interface Told {
  app: string;
  branch: string;
  newest: Pick<CommitFacts, 'commit' | 'state' | 'reason' | 'checks'> | null;
  preview: PreviewFacts | null;
  /** Where the preview serves. */
  url: string | null;
}

/**
 * The one comment of a request, in Markdown. Whatever somebody else has written stands in code, where no name is
 * called and no link is made. Pure: the same facts are the same text.
 */
export function commentText({ app, branch, newest, preview, url }: Told): string {
  return [
    `**Signalbox**: ${preview?.serves && url !== null ? `the preview is at ${url}` : 'there is no preview now'}`,
    '',
    `- state: ${previewState(preview)}`,
    ...(newest
      ? [`- newest commit: ${code(newest.commit.slice(0, 7))}, ${newestState(newest)}`]
      : []),
    ...(newest ? [`- checks: ${checksInWords(newest.checks)}`] : []),
    ...(preview?.data ?? []).map(({ name, seed }) => `- data of ${code(name)}: ${code(seed)}`),
    `- logs: ${code(`signalbox logs ${branch} --app ${app}`)}; what went wrong: ${code(`signalbox doctor ${branch} --app ${app}`)}`,
    '',
  ].join('\n');
}

function previewState(preview: PreviewFacts | null): string {
  if (preview === null) return 'it was never made';
  const { state, reason, commit, serves } = preview;
  const what = serves && commit !== null ? `live with ${code(commit.slice(0, 7))}` : state;
  return reason === null ? what : `${what}: ${code(reason)}`;
}

function newestState({ state, reason }: NonNullable<Told['newest']>): string {
  return reason === null ? state : `${state}: ${code(reason)}`;
}

function checksInWords(checks: CommitFacts['checks']): string {
  if (checks.length === 0) return 'none';
  return checks.map(({ name, state }) => `${code(name)} ${state}`).join(', ');
}

const mostCharacters = 500;

/** Of a text that somebody else may have written. */
function code(text: string): string {
  const plain = text.replaceAll(/[\s`]+/g, ' ').trim();
  return `\`${plain.length > mostCharacters ? `${plain.slice(0, mostCharacters)}…` : plain || ' '}\``;
}
