import { SignalboxError } from '../kernel/signalbox-error.ts';

/** For whoever named a commit that findCommit does not find. */
export const unknownCommit = (app: string, commit: string): SignalboxError =>
  new SignalboxError({
    code: 'commit/unknown',
    what: `The repository of ${app} has no single commit ${commit}.`,
    why: 'It was never pushed here, or several commits begin so.',
    fix: ['Push its branch first, or give more digits.'],
  });
