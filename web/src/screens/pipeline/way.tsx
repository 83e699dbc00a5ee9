import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSearchParams } from 'wouter-preact';
import { getCandidate, getPush, listRollouts } from 'virtual:endpoints';
import type { LiveEvent } from '../../data/live.ts';
import { useResource } from '../../data/use-resource.ts';
import { Ago } from '../../parts/ago.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Status } from '../../parts/status.tsx';
import { Fixes } from '../../parts/trouble.tsx';
import { CandidateVerbs } from './candidate-verbs.tsx';
import { Detail } from './detail.tsx';
import { Graph } from './graph.tsx';
import { stationsOf, tellingStation, type Known } from './station.ts';

interface WayProps {
  app: string;
  number: number | null;
  push: string | undefined;
  wakes: (event: LiveEvent) => boolean;
  children: ComponentChildren;
}

/** Tests begin without an event. */
const lookEveryMs = 3000;

/** One way, as far as it is gone, with what happens at its stations. */
export function Way({ app, number, push: asked, wakes, children }: WayProps) {
  const fresh = { wakes };
  const candidate = useResource(getCandidate, number === null ? null : { app, number }, fresh);
  const known = candidate.value.value ?? null;
  const id = known?.push ?? asked;
  const push = useResource(getPush, id === undefined ? null : { push: id }, fresh);
  const isReleasing = known?.stages.some((one) => one.name === 'production' && one.deploy !== null);
  const of = isReleasing ? { environment: `${app}/production`, limit: 50 } : null;
  const rollouts = useResource(listRollouts, of, fresh).value.value?.rollouts ?? [];
  const isOpen = known?.endedAt === null;
  useEffect(() => {
    const timer = isOpen ? setInterval(candidate.reload, lookEveryMs) : undefined;
    return () => clearInterval(timer);
  }, [isOpen]);
  const show = (candidate: Known['candidate']) => {
    const deploy = candidate?.stages.find(({ name }) => name === 'production')?.deploy;
    const rollout = rollouts.find((one) => one.id === deploy) ?? null;
    return (
      <Shows app={app} known={{ candidate, push: push.value.value ?? null, rollout }}>
        {children}
      </Shows>
    );
  };
  return number === null ? (
    <Shown of={push}>{() => show(null)}</Shown>
  ) : (
    <Shown of={candidate}>{show}</Shown>
  );
}

function Shows({
  app,
  known,
  children,
}: {
  app: string;
  known: Known;
  children: ComponentChildren;
}) {
  const [search] = useSearchParams();
  const asked = search.get('node');
  const columns = stationsOf(known);
  const all = columns.flat();
  const chosen = all.find(({ key }) => key === asked) ?? tellingStation(columns);
  const below = useRef<HTMLDivElement>(null);
  const before = useRef(asked);
  useEffect(() => {
    if (asked !== before.current) below.current?.scrollIntoView({ block: 'nearest' });
    before.current = asked;
  }, [asked]);
  return (
    <>
      <Head app={app} known={known} />
      <Graph columns={columns} chosen={chosen?.key} />
      <div class="pipeline-below">
        <div ref={below}>{chosen && <Detail app={app} known={known} station={chosen} />}</div>
        {children}
      </div>
    </>
  );
}

function Head({ app, known: { candidate, push } }: { app: string; known: Known }) {
  const { commit, branch, state, reason } = (candidate ?? push)!;
  const fixes = candidate ? candidate.next : push!.fix;
  return (
    <header class="pipeline-head">
      <div class="screen-head">
        <h1>{candidate ? `Candidate ${candidate.number}` : `Push ${commit.slice(0, 7)}`}</h1>
        <Status state={state} />
        {candidate && <CandidateVerbs app={app} of={candidate} />}
      </div>
      <p>
        {candidate?.subject && <strong>{candidate.subject} </strong>}
        <Commit commit={commit} /> on {branch}
        {push && ` by ${push.by}`}, <Ago at={candidate?.createdAt ?? push!.at} />
      </p>
      {reason && <p>{reason}</p>}
      <Fixes fix={fixes} />
    </header>
  );
}
