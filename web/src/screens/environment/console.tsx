import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { getEnvironment, openTerminal } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import { may } from '../../data/credentials.ts';
import { useResource } from '../../data/use-resource.ts';
import { Shown } from '../../parts/shown.tsx';
import { ConsoleFoot } from './console-foot.tsx';
import type { ConsoleState, ConsoleWish } from './console-socket.ts';
import { consoleTerminal, type ConsoleTerminal } from './console-terminal.ts';
import './console.css';

type Details = Answer<'getEnvironment'>;

/** A shell, or one command, in the files of what serves, with its variables and data. */
export function Console({ environment, address }: { environment: string; address: string }) {
  const wakes = (event: { environment: string | null }): boolean =>
    event.environment === environment;
  const details = useResource(getEnvironment, { environment }, { wakes });
  if (!may(openTerminal[3]))
    return <p class="empty">Consoles are for developers: they can change what they are in.</p>;
  return <Shown of={details}>{(of) => <Desk of={of} address={address} />}</Shown>;
}

function Desk({ of, address }: { of: Details; address: string }) {
  const [wish, setWish] = useState<ConsoleWish | null>(null);
  const [state, setState] = useState<ConsoleState>({ is: 'closed' });
  const terminal = useRef<ConsoleTerminal | null>(null);
  const isOpen = state.is === 'opening' || state.is === 'open';
  if (of.commit === null && !wish)
    return (
      <p class="empty">
        Nothing serves in {address} yet. A console opens in the files of what serves.
      </p>
    );
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setWish(wishIn(event.currentTarget as HTMLFormElement, of.id));
  };
  return (
    <>
      {of.kind === 'production' && (
        <p class="console-warning">
          <strong>You are in production.</strong> What you do here is done to what people use, and
          nothing takes it back.
        </p>
      )}
      <form class="console-form" onSubmit={submit}>
        <Fields services={of.services} isOpen={isOpen} />
        {isOpen ? (
          <button key="end" type="button" id="console-end" onClick={() => terminal.current?.end()}>
            End
          </button>
        ) : (
          <button key="open" type="submit" class="main">
            {wish ? 'Open another' : 'Open a console'}
          </button>
        )}
      </form>
      {wish && <Screen address={address} wish={wish} tell={setState} terminal={terminal} />}
      <ConsoleFoot state={state} address={address} />
    </>
  );
}

function wishIn(form: HTMLFormElement, environment: string): ConsoleWish {
  const given = new FormData(form);
  const textOf = (name: string): string => {
    const value = given.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const [service, command] = [textOf('service'), textOf('command')];
  return {
    environment,
    ...(service === '' ? {} : { service }),
    ...(command === '' ? {} : { command }),
    isForEars: given.has('ears'),
  };
}

function Fields({ services, isOpen }: { services: Details['services']; isOpen: boolean }) {
  return (
    <>
      <label class="grows">
        <span>Command</span>
        <input
          name="command"
          class="mono"
          autocomplete="off"
          spellcheck={false}
          maxLength={16_000}
          list={undefined}
          placeholder="a shell"
          disabled={isOpen}
        />
      </label>
      <label>
        <span>With the limits of</span>
        <select name="service" disabled={isOpen}>
          <option value="">the environment</option>
          {services.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="console-ears">
        <input type="checkbox" name="ears" value="yes" disabled={isOpen} /> For a screen reader
      </label>
    </>
  );
}

interface ScreenProps {
  address: string;
  wish: ConsoleWish;
  tell: (state: ConsoleState) => void;
  terminal: RefObject<ConsoleTerminal | null>;
}

/** Another wish is another terminal; leaving ends it. */
function Screen({ address, wish, tell, terminal }: ScreenProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const opened = consoleTerminal(box.current!, { wish, tell });
    terminal.current = opened;
    return opened.close;
  }, [wish]);
  return <div class="console-box" role="group" aria-label={`Terminal in ${address}`} ref={box} />;
}
