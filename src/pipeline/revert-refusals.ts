import type { App } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

interface Asked {
  app: string;
  branch: string;
  /** In full. */
  commit: string;
}

const short = (commit: string): string => commit.slice(0, 7);

export const followsAnother = (
  { name }: Pick<App, 'name'>,
  { commit, branch }: Omit<Asked, 'app'>,
): SignalboxError =>
  new SignalboxError({
    code: 'revert/followed-repository',
    what: `Nothing is reverted here: ${name} follows another repository.`,
    why: 'Commits are made there; what is made here would be gone with the next look at it.',
    fix: [
      `In a clone of it: git switch ${branch} && git revert ${commit} && git push`,
      `Then: signalbox app sync ${name}`,
    ],
  });

export const notOnBranch = ({ app, branch, commit }: Asked): SignalboxError =>
  new SignalboxError({
    code: 'revert/not-on-branch',
    what: `${short(commit)} is not reverted: ${branch} of ${app} does not contain it.`,
    why: 'What a branch does not contain, it need not take back.',
    fix: [`Name the branch that has it: signalbox revert ${short(commit)} --on BRANCH`],
  });

export const doneBefore = ({ app, branch, commit }: Asked, by: string): SignalboxError =>
  new SignalboxError({
    code: 'revert/done-before',
    what: `${short(commit)} was reverted on ${branch} of ${app} before, by ${short(by)}.`,
    why: 'Reverting it once more would change nothing.',
    fix: [
      `To have it again, revert the revert: signalbox revert ${short(by)}`,
      `See where it is: signalbox candidates ${app}`,
    ],
  });

const mostPaths = 10;

export const conflict = (
  { app, branch, commit }: Asked,
  paths: readonly string[],
): SignalboxError => {
  const more = paths.length > mostPaths ? ` and ${paths.length - mostPaths} more` : '';
  return new SignalboxError({
    code: 'revert/conflict',
    what: `${short(commit)} cannot be taken out of ${branch} of ${app} by itself.`,
    why: `Later commits changed the same lines: ${paths.slice(0, mostPaths).join(', ')}${more}.`,
    fix: [
      `Revert the later ones first, or by hand: git revert ${short(commit)}, settle the conflicts, push.`,
      `If it serves and does harm: signalbox rollback ${app}/production`,
    ],
  });
};

export const noChange = ({ app, branch, commit }: Asked): SignalboxError =>
  new SignalboxError({
    code: 'revert/no-change',
    what: `${short(commit)} is not reverted: nothing of it is left in ${branch} of ${app}.`,
    why: 'It changed no files, or later commits have taken its changes back.',
    fix: [`git log --oneline ${short(commit)}..${branch} shows the later ones.`],
  });

export const unusable = (
  { app, branch, commit }: Asked,
  reasons: readonly string[],
): SignalboxError =>
  new SignalboxError({
    code: 'revert/unusable',
    what: `${short(commit)} is not reverted: Signalbox could not use ${branch} of ${app} without it.`,
    why: reasons.join('\n'),
    fix: [`Revert it by hand, mend that in the same push: git revert --no-commit ${short(commit)}`],
  });

export const branchBusy = (
  app: string,
  { branch, why }: { branch: string; why: string },
): SignalboxError =>
  new SignalboxError({
    code: 'revert/branch-busy',
    what: `Nothing is reverted: ${branch} of ${app} could not be moved.`,
    why,
    fix: ['Try again in a moment.', 'Or name another branch: --on BRANCH'],
  });
