// SQL, Ruby and Python, JavaScript and the like, block comments.
const waiverLine =
  /^[^\S\n]*(?:--|#|\/\/|\*)[^\S\n]*signalbox:[^\S\n]*safe[^\S\n]+because\b[:\s]?([^\n]*)$/gim;
const fewestWords = 3;
const longestReason = 500;

export type Waiver = { reason: string } | 'no waiver' | 'no reason';

/**
 * The comment `-- signalbox: safe because REASON` of a file. A reason has at least three words: whoever reads it in
 * a year must learn something.
 */
export function readWaiver(text: string): Waiver {
  const reasons = Array.from(text.matchAll(waiverLine), ([, reason]) => (reason ?? '').trim());
  const reason = reasons.find((words) => words.split(/\s+/).length >= fewestWords);
  if (reason) return { reason: reason.slice(0, longestReason) };
  return reasons.length > 0 ? 'no reason' : 'no waiver';
}
