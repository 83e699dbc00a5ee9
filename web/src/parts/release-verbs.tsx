import {
  abortRollout,
  liftLane,
  pauseRollout,
  promoteRollout,
  resumeRollout,
  rollBack,
} from 'virtual:endpoints';
import { reason, type Answers } from './ask-dialog.tsx';
import { Verb } from './verb.tsx';

/** What must be known of an environment to offer what can be done to its releases. */
export interface Releasing {
  environment: string;
  /** APP/NAME. */
  address: string;
  /** Whether anything serves there. */
  serves: boolean;
  lock: { by: string; reason: string } | null;
  rollout: { state: string; commit: string; pausedBy: string | null } | null;
}

/** What can be done to a release in this moment. */
export function ReleaseVerbs({ of }: { of: Releasing }) {
  const { environment, address, serves, lock, rollout } = of;
  const isRunning = rollout?.state === 'running';
  return (
    <>
      {lock && (
        <Verb
          of={liftLane}
          label="Open the lane"
          says={`The lane of ${address} is open again.`}
          ask={{
            title: `Let releases into ${address} again?`,
            text: `Locked by ${lock.by}: ${lock.reason}`,
            fields: [reason()],
          }}
          input={why(environment)}
        />
      )}
      {isRunning && <RolloutVerbs environment={environment} rollout={rollout} />}
      {rollout?.state !== 'running' && rollout?.state !== 'rolling-back' && serves && (
        <Verb
          of={rollBack}
          label="Roll back"
          kind="danger"
          says={`${address} is back on the release before.`}
          ask={{
            title: `Roll ${address} back?`,
            text: 'To the release before: at once where it still runs.',
            fields: [reason()],
          }}
          input={why(environment)}
        />
      )}
    </>
  );
}

interface RolloutVerbsProps {
  environment: string;
  rollout: NonNullable<Releasing['rollout']>;
}

function RolloutVerbs({ environment, rollout }: RolloutVerbsProps) {
  return (
    <>
      {rollout.pausedBy === null ? (
        <Verb
          of={pauseRollout}
          label="Pause"
          says="The rollout is paused; the judge still watches."
          ask={{ title: 'Pause the rollout?', fields: [reason()] }}
          input={why(environment)}
        />
      ) : (
        <Verb
          of={resumeRollout}
          label="Resume"
          says="The rollout goes on."
          input={() => ({ environment })}
        />
      )}
      <Verb
        of={promoteRollout}
        label="Promote"
        kind="main"
        says="It gets all requests now."
        ask={{
          title: `Give ${rollout.commit.slice(0, 7)} all requests now?`,
          text: 'Without the steps that are left.',
          fields: [reason(false)],
        }}
        input={({ reason: said }) => ({ environment, ...(said ? { reason: said } : {}) })}
      />
      <Verb
        of={abortRollout}
        label="Abort"
        kind="danger"
        says="What served before has all requests again."
        ask={{
          title: 'End this rollout?',
          text: 'What served before has all requests at once.',
          fields: [reason()],
        }}
        input={why(environment)}
      />
    </>
  );
}

const why =
  (environment: string) =>
  ({ reason: said = '' }: Answers): { environment: string; reason: string } => ({
    environment,
    reason: said,
  });
