/**
 * A bar for each value, one wide, from the ground at 30 up to 0 for the largest. One that is 0 is still to be seen; where
 * there is none, there is nothing.
 */
export function barsPath(values: readonly (number | null)[]): string {
  const most = Math.max(...values.map(Number)) || 1;
  return values
    .map((value, nth) =>
      value === null
        ? ''
        : `M${nth + 0.5} 30V${Math.min(30 - (30 * value) / most, 29.2).toFixed(1)}`,
    )
    .join('');
}
