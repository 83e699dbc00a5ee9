import { Ago } from '../../parts/ago.tsx';
import { Rows } from './rows.tsx';
import { nameOf, subjectOf, type Change } from './train-words.ts';

export const ChangeRows = ({ changes }: { changes: readonly Change[] }) => (
  <Rows
    of={changes}
    columns={{
      Change: (change) => <code>{nameOf(change)}</code>,
      What: (change) => (
        <>
          {change.ejected ? <s>{subjectOf(change)}</s> : subjectOf(change)}
          <Note change={change} />
        </>
      ),
      By: ({ authors }) => authors.map(({ name }) => name).join(', '),
    }}
  />
);

function Note({ change: { ejected, goodWithoutAsking } }: { change: Change }) {
  if (ejected)
    return (
      <p class="soft">
        ejected by {ejected.by} <Ago at={ejected.at} />
        {ejected.why !== null && `: ${ejected.why}`}
      </p>
    );
  return goodWithoutAsking === null ? null : (
    <p class="soft">good without asking: {goodWithoutAsking}</p>
  );
}
