import { effect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { createEnvironment, listEnvironments } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import { places } from '../../frame/places.ts';
import { Shown } from '../../parts/shown.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { Verb } from '../../parts/verb.tsx';
import { EnvironmentTable } from './environment-table.tsx';
import { searchOf } from './environment-rows.ts';
import { TableTools } from './table-tools.tsx';
import { tableModel } from './table-model.ts';
import { useRowKeys } from './use-row-keys.ts';
import './environments.css';

/** What can change a row; the steps of checks and builds do not. */
const wakers = /^(environment|deploy|store|snapshot|roll|app)|^push-(begun|ended)/;

/** Every environment of an app that lives, to be found by a few letters. */
export function Environments({ app }: { app: string }) {
  useTitle(`Environments of ${app}`);
  // Requests and leases change without an event.
  const list = useResource(
    listEnvironments,
    { app },
    { wakes: (event) => event.app === app && wakers.test(event.kind), everyMs: 15_000 },
  );
  const model = useMemo(() => tableModel(list.value, location.search), [list]);
  useWishInAddress(model);
  useRowKeys();
  return (
    <>
      <header class="screen-head">
        <h1>Environments</h1>
        <div class="verbs">
          <NewPreview app={app} />
        </div>
      </header>
      <Shown of={list}>
        {({ environments }) =>
          environments.length === 0 ? (
            <div class="empty">
              <p>No environment of {app} lives. Push a branch, and it gets one:</p>
              <code>git push signalbox BRANCH</code>
            </div>
          ) : (
            <>
              <TableTools model={model} />
              <EnvironmentTable app={app} model={model} reload={list.reload} />
            </>
          )
        }
      </Shown>
    </>
  );
}

/** Written when the typing rests: browsers count how often an address changes. */
function useWishInAddress({ wish }: ReturnType<typeof tableModel>): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = effect(() => {
      const search = searchOf(wish.value);
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (search !== location.search)
          history.replaceState(history.state, '', location.pathname + search);
      }, 250);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [wish]);
}

function NewPreview({ app }: { app: string }) {
  const [, go] = useLocation();
  return (
    <Verb
      of={createEnvironment}
      label="New preview"
      kind="main"
      says="It is on its way."
      ask={{
        title: 'Make a preview',
        text: 'Of a branch that is pushed and has none. A push makes one by itself, unless signalbox.yaml says otherwise.',
        fields: [{ name: 'branch', label: 'Branch', required: true }],
      }}
      input={({ branch = '' }) => ({ app, branch })}
      done={({ name }) => go(places.environment(app, name))}
    />
  );
}
