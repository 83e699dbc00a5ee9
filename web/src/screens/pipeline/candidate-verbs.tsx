import {
  approveCandidate,
  rejectCandidate,
  revertCommit,
  skipStage,
  stopCandidate,
} from 'virtual:endpoints';
import { reason } from '../../parts/ask-dialog.tsx';
import { Verb } from '../../parts/verb.tsx';
import type { Candidate } from './station.ts';

/** What can be done about a candidate in this moment. */
export function CandidateVerbs({ app, of }: { app: string; of: Candidate }) {
  const { number, commit, branch, state, stages } = of;
  const at = { app, number };
  const name = `candidate ${number}`;
  const isOpen = of.endedAt === null;
  // A train asks those on board, on its own screen.
  const asking = stages.find((one) => one.state === 'asking' && one.approval !== 'train');
  const skippable = stages.filter(
    (one) => one.optional && one.skipBy === null && ['waiting', 'asking'].includes(one.state),
  );
  return (
    <div class="verbs">
      {isOpen && asking && <GateVerbs app={app} of={of} stage={asking.name} />}
      {isOpen &&
        skippable.map((stage) => (
          <Verb
            key={stage.name}
            of={skipStage}
            label={`Skip ${stage.name}`}
            ask={{ title: `Let ${name} pass by ${stage.name}?`, fields: [reason()] }}
            input={({ reason = '' }) => ({ ...at, stage: stage.name, reason })}
          />
        ))}
      {isOpen && (
        <Verb
          of={stopCandidate}
          label="Stop"
          ask={{
            title: `Stop ${name}?`,
            text: 'The stage it is in comes to its end, and is its last.',
            fields: [reason()],
          }}
          input={({ reason = '' }) => ({ ...at, reason })}
        />
      )}
      {(state === 'released' || state === 'failed') && (
        <Verb
          of={revertCommit}
          label="Revert"
          ask={{
            title: `Take ${commit.slice(0, 7)} back?`,
            text: `Makes a commit on ${branch} that undoes it, and sends it the way of any push.`,
            fields: [reason(false)],
          }}
          says={`A commit that takes ${commit.slice(0, 7)} back is on its way.`}
          input={({ reason }) => ({ app, commit, ...(reason ? { reason } : {}) })}
        />
      )}
    </div>
  );
}

function GateVerbs({ app, of, stage }: { app: string; of: Candidate; stage: string }) {
  const { number, commit, subject } = of;
  const at = { app, number, stage };
  const name = `candidate ${number}`;
  return (
    <>
      <Verb
        of={approveCandidate}
        label="Approve"
        kind="main"
        ask={{
          title: `Let ${name} into ${stage}?`,
          text: `${commit.slice(0, 7)} ${subject}`,
          fields: [{ name: 'note', label: 'Note' }],
        }}
        input={({ note }) => ({ ...at, ...(note ? { note } : {}) })}
      />
      <Verb
        of={rejectCandidate}
        label="Reject"
        kind="danger"
        ask={{
          title: `Say no to ${name}?`,
          text: 'It goes no further, whatever others say.',
          fields: [{ ...reason(), name: 'note' }],
        }}
        input={({ note = '' }) => ({ ...at, note })}
      />
    </>
  );
}
