import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../kernel/duration.ts';

/** For commander: an option's text as milliseconds. */
export function wholeDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new InvalidArgumentError('It must be a duration: 30m, 2h, 1d.');
}
