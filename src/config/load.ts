import { SignalboxError } from '../kernel/signalbox-error.ts';
import { brokenReferences } from './broken-references.ts';
import type { Config } from './config.ts';
import { notYetActive } from './not-yet-active.ts';
import { type Problem, problemInWords } from './problem.ts';
import { readYaml, type YamlFile } from './read-yaml.ts';
import { configFile } from './schema/config-file.ts';
import { schemaProblems } from './schema-problems.ts';

const mostProblems = 20;

/**
 * The text of a signalbox.yaml with every default filled in, and a sentence for each thing in it that is
 * valid but not yet active. Whatever the text is, it returns or throws `config/invalid` with every problem,
 * its line and column.
 */
export function loadConfig(text: string): { config: Config; notes: string[] } {
  const file = readYaml(text);
  if (file.problems.length > 0) throw invalid(file.problems, file);
  if (file.value === null || file.value === undefined) throw invalid([emptyFile], file);

  const read = configFile.safeParse(file.value);
  if (!read.success) throw invalid(schemaProblems(read.error.issues, file.value), file);

  const broken = brokenReferences(read.data);
  if (broken.length > 0) throw invalid(broken, file);
  return { config: read.data, notes: [...notYetActive(file.value), ...withoutWeb(read.data)] };
}

const emptyFile: Problem = {
  path: [],
  message:
    'the file is empty\nThe smallest one holds app: NAME and services: { web: { run: COMMAND } }.',
};

function withoutWeb({ services }: Config): string[] {
  if (Object.hasOwn(services, 'web')) return [];
  return ['No service is called web, so the environments of this app have no address.'];
}

function invalid(problems: readonly Problem[], file: YamlFile): SignalboxError {
  const more = problems.length - mostProblems;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new SignalboxError({
    code: 'config/invalid',
    what: `signalbox.yaml cannot be used: ${count}.`,
    why: [...inOrder(problems, file), ...(more > 0 ? [`… and ${more} more.`] : [])].join('\n'),
    fix: [
      'Correct signalbox.yaml, commit and push again.',
      'Look a key up in docs/reference/signalbox-yaml.md.',
    ],
  });
}

/** The first problems in words, from the top of the file to its end. */
function inOrder(problems: readonly Problem[], file: YamlFile): string[] {
  return problems
    .slice(0, mostProblems)
    .map((problem) => ({ problem, position: file.position(problem) ?? { line: 0, column: 0 } }))
    .sort(
      ({ position: one }, { position: other }) =>
        one.line - other.line || one.column - other.column,
    )
    .map(({ problem, position }) => problemInWords(problem, position.line > 0 ? position : null));
}
