import { Ago } from '../../parts/ago.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { Rows } from './rows.tsx';
import { nameOf, type Shown } from './train-words.ts';

/** All that was ever said, newest first. */
export const VotesPanel = ({ train: { votes, changes } }: { train: Shown }) =>
  votes.length === 0 ? null : (
    <Panel title="All that was said">
      <Rows
        of={votes}
        columns={{
          When: ({ at }) => <Ago at={at} />,
          Says: (vote) => (
            <>
              {vote.voter} <Status state={vote.answer} tone={vote.answer} />
              {vote.reason !== null && <p>{vote.reason}</p>}
              <HowSaid vote={vote} />
            </>
          ),
          About: ({ commit, change }) => (
            <>
              <code>{commit.slice(0, 7)}</code>
              {change !== null && (
                <p>
                  {nameOf(
                    changes.find((one) => one.commit === change) ?? {
                      number: null,
                      commit: change,
                    },
                  )}
                </p>
              )}
            </>
          ),
        }}
      />
    </Panel>
  );

/** By whom where it was somebody else, and on which way. */
export const HowSaid = ({ vote }: { vote: Shown['votes'][number] | undefined }) =>
  vote ? (
    <p class="soft">
      {vote.by !== vote.voter && `by ${vote.by}, `}
      {vote.via === 'kept' ? 'kept from the commit before' : `via ${vote.via}`}
    </p>
  ) : null;
