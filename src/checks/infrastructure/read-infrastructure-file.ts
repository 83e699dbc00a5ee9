import { type Problem, problemInWords } from '../../config/problem.ts';
import { readYaml, type YamlFile } from '../../config/read-yaml.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { fileProblems } from './file-problems.ts';
import { infrastructureFile, mostChecks, type InfrastructureFile } from './infrastructure-file.ts';

const mostShown = 20;

/**
 * The checks of a file with every default filled in and its variables as they were written. `path` is for
 * words only. Whatever the text is, it returns or throws `infrastructure/invalid-file` with every problem,
 * its line and column.
 */
export function readInfrastructureFile(text: string, path: string): InfrastructureFile {
  const file = readYaml(text);
  if (file.problems.length > 0) throw invalid(path, file.problems, file);
  const read = infrastructureFile.safeParse(file.value ?? {});
  if (!read.success) throw invalid(path, fileProblems(read.error.issues, file.value), file);
  const count = Object.values(read.data).reduce((sum, all) => sum + Object.keys(all).length, 0);
  if (count === 0) throw invalid(path, [nothing], file);
  if (count > mostChecks) throw invalid(path, [tooMany(count)], file);
  return read.data;
}

const nothing: Problem = {
  path: [],
  message: 'the file has no checks\nThe smallest one holds urls: { home: "${SIGNALBOX_URL}/" }.',
};

const tooMany = (count: number): Problem => ({
  path: [],
  message: `the file has ${count} checks; at most ${mostChecks} are run`,
});

function invalid(path: string, problems: readonly Problem[], file: YamlFile): SignalboxError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const more = problems.length - mostShown;
  return new SignalboxError({
    code: 'infrastructure/invalid-file',
    what: `The infrastructure checks of ${path} cannot be used: ${count}.`,
    why: [...inOrder(problems, file), ...(more > 0 ? [`… and ${more} more.`] : [])].join('\n'),
    fix: [
      `Correct ${path}, commit and push again.`,
      'Look a key up in docs/guides/infrastructure-checks.md.',
    ],
  });
}

/** The first problems in words, from the top of the file to its end. */
function inOrder(problems: readonly Problem[], file: YamlFile): string[] {
  return problems
    .slice(0, mostShown)
    .map((problem) => ({ problem, position: file.position(problem) }))
    .sort(
      ({ position: one }, { position: other }) =>
        (one?.line ?? 0) - (other?.line ?? 0) || (one?.column ?? 0) - (other?.column ?? 0),
    )
    .map(({ problem, position }) => problemInWords(problem, position));
}
