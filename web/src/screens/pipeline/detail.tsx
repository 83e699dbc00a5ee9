import { Link } from 'wouter-preact';
import { readBuildLog, readCheckLog } from 'virtual:endpoints';
import { addressOf } from '../../data/call.ts';
import { places } from '../../frame/places.ts';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { KeptLog } from './kept-log.tsx';
import { logEnd } from './log-end.ts';
import { StageDetail } from './stage-detail.tsx';
import { toneAt, type Known, type Station } from './station.ts';
import { Took } from './took.tsx';

interface DetailProps {
  app: string;
  known: Known;
  station: Station;
}

/** Everything that is known of one station. */
export function Detail({ app, known, station }: DetailProps) {
  const { title, hint, state, why } = station;
  return (
    <Panel
      title={[title, hint].filter(Boolean).join(' · ')}
      verbs={
        <>
          <Took of={station} />
          <Status state={state} tone={toneAt(station)} />
        </>
      }
    >
      {why && why !== known.candidate?.reason && <p class="pipeline-words">{why}</p>}
      <Content key={station.key} app={app} known={known} station={station} />
    </Panel>
  );
}

function Content({ app, known: { candidate, push, rollout }, station: { key } }: DetailProps) {
  const stage = candidate?.stages.find(({ name }) => key === `stage:${name}`);
  if (stage) return <StageDetail app={app} candidate={candidate!} stage={stage} />;
  if (key === 'rollout' && rollout)
    return (
      <p>
        {rollout.decision ?? rollout.phase}{' '}
        <Link href={places.rollout(app, rollout.environmentName, rollout.id)}>
          Steps and evidence
        </Link>
      </p>
    );
  if (!push) return null;
  const check = push.checks.find(({ name }) => key === `check:${name}`);
  if (check) {
    const { name, startedAt, logTail } = check;
    const source = addressOf(readCheckLog, { ...logEnd, app, commit: push.commit, check: name });
    // Another run of it has another log.
    return <KeptLog key={startedAt} name={name} source={source} tail={logTail} />;
  }
  if (key === 'build' && push.build) {
    const source = addressOf(readBuildLog, { ...logEnd, build: push.build.key });
    return <KeptLog key={push.build.startedAt} name="build" source={source} tail={null} />;
  }
  return null;
}
