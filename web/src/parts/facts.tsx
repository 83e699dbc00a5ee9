import type { ComponentChildren } from 'preact';

/** What is known of something, line by line; a line whose value is null, false or empty is left out. */
export const Facts = ({ of }: { of: Readonly<Record<string, ComponentChildren>> }) => (
  <dl class="facts">
    {Object.entries(of).map(
      ([words, value]) =>
        value !== null &&
        value !== false &&
        value !== '' && [<dt key={words}>{words}</dt>, <dd key={`${words}:`}>{value}</dd>],
    )}
  </dl>
);
