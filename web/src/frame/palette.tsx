import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { listApps, listEnvironments } from 'virtual:endpoints';
import { useResource } from '../data/use-resource.ts';
import { Dialog } from '../parts/dialog.tsx';
import { appOf } from './app-of.ts';
import { bestMatches } from './best-matches.ts';
import { places } from './places.ts';

const isOpen = signal(false);
export const openPalette = (): void => void (isOpen.value = true);

/** Goes anywhere by a few letters: Ctrl+K or ⌘K. */
export function Palette() {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      isOpen.value = !isOpen.value;
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  return isOpen.value ? <Open /> : null;
}

interface Target {
  words: string;
  href: string;
}

function Open() {
  const [path, go] = useLocation();
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const found = bestMatches(useTargets(appOf(path)), typed, 12);
  const close = (): void => void (isOpen.value = false);
  const leave = (target: Target | undefined): void => {
    if (!target) return;
    close();
    go(target.href);
  };
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((chosen + step + found.length) % Math.max(1, found.length));
    }
    if (event.key === 'Enter') leave(found[chosen]);
  };
  return (
    <Dialog title="Go to" close={close}>
      <input
        type="search"
        role="combobox"
        list={undefined}
        aria-label="Go to"
        aria-expanded="true"
        aria-controls="targets"
        aria-activedescendant={found[chosen] ? `target-${chosen}` : undefined}
        placeholder="An app, an environment, a screen"
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={key}
      />
      <ul id="targets" class="targets" role="listbox" aria-label="Places">
        {found.map((target, index) => (
          <li
            key={target.href}
            id={`target-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => leave(target)}
          >
            {target.words}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function useTargets(app: string | null): Target[] {
  const apps = useResource(listApps, {}).value.value?.apps ?? [];
  const environments = useResource(listEnvironments, {}).value.value?.environments ?? [];
  const first = app === null ? apps : [...apps].sort((one) => (one.name === app ? -1 : 1));
  return [
    ...first.flatMap(({ name }) => [
      { words: name, href: places.overview(name) },
      { words: `${name} environments`, href: places.environments(name) },
      { words: `${name} pipeline`, href: places.pipeline(name) },
      { words: `${name} rollout`, href: places.rollout(name) },
      { words: `${name} train`, href: places.train(name) },
      { words: `${name} timeline`, href: places.timeline(name) },
      { words: `${name} delivery`, href: places.delivery(name) },
    ]),
    ...environments.map((one) => ({
      words: `${one.app}/${one.name}`,
      href: places.environment(one.app, one.name),
    })),
    ...environments.map((one) => ({
      words: `${one.app}/${one.name} logs`,
      href: places.environment(one.app, one.name, 'logs'),
    })),
    { words: 'all apps', href: places.apps() },
    { words: 'timeline of all apps', href: places.timeline() },
  ];
}
