/** What one try has found, in words. Whoever shows it takes the secrets out. */
export interface Answer {
  passed: boolean;
  found: string;
  /** What was asked in its own words, of any length. */
  said?: { how: string; text: string; keep: 'beginning' | 'end' } | undefined;
}

export const passed = (found: string): Answer => ({ passed: true, found });
export const failed = (found: string, said?: Answer['said']): Answer => ({
  passed: false,
  found,
  said,
});
