import assert from 'node:assert/strict';

/** As many digits as a check value was printed with: half a unit of its last one, relative or absolute. */
export function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${actual} is not within ${tolerance} of ${expected}`,
  );
}
