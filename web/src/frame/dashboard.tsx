import { useEffect } from 'preact/hooks';
import { Redirect, Route, Switch, useLocation } from 'wouter-preact';
import { getSession } from 'virtual:endpoints';
import { call } from '../data/call.ts';
import { session } from '../data/credentials.ts';
import { Refusal } from '../data/refusal.ts';
import { toast, Toasts } from '../parts/toasts.tsx';
import { Apps } from '../screens/apps/apps.tsx';
import { Overview } from '../screens/overview/overview.tsx';
import { SignIn } from '../screens/sign-in/sign-in.tsx';
import { lazy } from './lazy.tsx';
import { Masthead } from './masthead.tsx';
import { Palette } from './palette.tsx';

const Environments = lazy(
  async () => (await import('../screens/environments/environments.tsx')).Environments,
);
const Environment = lazy(
  async () => (await import('../screens/environment/environment.tsx')).Environment,
);
const Pipeline = lazy(async () => (await import('../screens/pipeline/pipeline.tsx')).Pipeline);
const Rollout = lazy(async () => (await import('../screens/rollout/rollout.tsx')).Rollout);
const Train = lazy(async () => (await import('../screens/train/train.tsx')).Train);
const Timeline = lazy(async () => (await import('../screens/timeline/timeline.tsx')).Timeline);
const Delivery = lazy(async () => (await import('../screens/delivery/delivery.tsx')).Delivery);
const Radiator = lazy(async () => (await import('../screens/radiator/radiator.tsx')).Radiator);

/** Everything: a radiator for everybody who has its address, all else for who is signed in. */
export const Dashboard = () => (
  <>
    <Switch>
      <Route path="/radiator">
        <Radiator />
      </Route>
      <Route>
        <SignedIn />
      </Route>
    </Switch>
    <Toasts />
  </>
);

function SignedIn() {
  useEffect(() => {
    if (session.peek() === undefined) void recallSession();
  }, []);
  if (session.value === undefined)
    return (
      <p class="loading" aria-busy="true">
        Loading …
      </p>
    );
  if (session.value === null) return <SignIn />;
  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <Masthead />
      <main id="content" tabIndex={-1}>
        <Screens />
      </main>
      <Palette />
    </>
  );
}

async function recallSession(): Promise<void> {
  try {
    session.value = (await call(getSession, {})).session;
  } catch (error) {
    const refusal = Refusal.of(error);
    toast({ text: refusal.message, refusal });
    session.value = null;
  }
}

/** In the order of the masthead. */
function Screens() {
  const [path] = useLocation();
  useEffect(() => {
    document.querySelector<HTMLElement>('#content')?.scrollTo?.(0, 0);
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <Switch>
      <Route path="/apps/:app">{({ app }) => <Overview key={app} app={app} />}</Route>
      <Route path="/apps/:app/environments">
        {({ app }) => <Environments key={app} app={app} />}
      </Route>
      <Route path="/apps/:app/environments/:name/:part?">
        {({ app, name, part }) => (
          <Environment key={`${app}/${name}`} app={app} name={name} part={part} />
        )}
      </Route>
      <Route path="/apps/:app/pipeline/:number?">
        {({ app, number }) => (
          <Pipeline
            key={app}
            app={app}
            number={number === undefined ? undefined : Number(number)}
          />
        )}
      </Route>
      <Route<{ app: string; name?: string; id?: string }> path="/apps/:app/rollout/:name?/:id?">
        {({ app, name, id }) => (
          <Rollout key={`${app}/${name}/${id}`} app={app} name={name} id={id} />
        )}
      </Route>
      <Route path="/apps/:app/train/:number?">
        {({ app, number }) => (
          <Train key={app} app={app} number={number === undefined ? undefined : Number(number)} />
        )}
      </Route>
      <Route path="/apps/:app/timeline">{({ app }) => <Timeline key={app} app={app} />}</Route>
      <Route path="/apps/:app/delivery">{({ app }) => <Delivery key={app} app={app} />}</Route>
      <Route path="/timeline">
        <Timeline key="" />
      </Route>
      <Route path="/apps">
        <Apps />
      </Route>
      <Route>
        <Redirect to="/apps" replace />
      </Route>
    </Switch>
  );
}
