/**
 * What to try when the nick is taken: with a `_`, as long as the server allows, then shorter with a number. RFC 2812
 * promises nine characters only.
 */
export function* otherNicks(
  nick: string,
  random: () => number = Math.random,
): Generator<string, never> {
  yield `${nick}_`;
  yield `${nick}__`;
  yield `${nick.slice(0, 8)}_`;
  for (;;) yield `${nick.slice(0, 4)}${String(Math.floor(random() * 100_000)).padStart(5, '0')}`;
}
