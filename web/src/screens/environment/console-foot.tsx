import { Status } from '../../parts/status.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import type { Tone } from '../../words/tone-of.ts';
import type { ConsoleState } from './console-socket.ts';

/** How it is with the terminal, in words. */
export function ConsoleFoot({ state, address }: { state: ConsoleState; address: string }) {
  if (state.is === 'refused') return <Trouble refusal={state.refusal} />;
  const [tone, word, words] = wordsOf(state);
  return (
    <p class="console-foot">
      <span role="status">{word !== '' && <Status state={word} tone={tone} />}</span>
      <span class="soft">{words}</span>
      {state.is === 'closed' && <code>{`signalbox console ${address}`}</code>}
    </p>
  );
}

function wordsOf(
  state: Exclude<ConsoleState, { is: 'refused' }>,
): [tone: Tone, word: string, words: string] {
  switch (state.is) {
    case 'closed':
      return ['off', '', 'It ends when you leave this page. The same in your own terminal:'];
    case 'opening':
      return ['busy', 'opening', ''];
    case 'open':
      return [
        'good',
        'open',
        'Ctrl+C copies what is selected, Ctrl+V pastes, Shift+F6 leaves the terminal.',
      ];
    case 'ended':
      return [state.exitCode === 0 ? 'good' : 'bad', `ended with exit code ${state.exitCode}`, ''];
    case 'left':
      return ['off', 'ended by you', 'What ran in it has ended too.'];
    case 'cut':
      return [
        'bad',
        'cut off',
        'The connection was cut, and what ran in the terminal ended with it.',
      ];
  }
}
