import { getOverview } from 'virtual:endpoints';
import { may, session } from '../../data/credentials.ts';
import { useResource } from '../../data/use-resource.ts';
import { Ago } from '../../parts/ago.tsx';
import {
  onBoard,
  questionFor,
  namedChange,
  nameOf,
  type Question,
  type Shown,
} from './train-words.ts';
import { Bad, Good } from './vote-verbs.tsx';

/** What the train wants to know of whoever looks at it, first and big; nothing else. */
export function QuestionPanel({ train }: { train: Shown }) {
  const question = session.value && may('developer') && questionFor(train, session.value);
  if (!question) return null;
  return (
    <section class="train-question" aria-labelledby="train-question">
      <h2 id="train-question">{titleOf(question, train)}</h2>
      {question.kind !== 'no' && <About train={train} question={question} />}
      <div class="verbs">
        <Good train={train} />
        {question.kind !== 'no' && <Bad train={train} />}
      </div>
    </section>
  );
}

function titleOf(question: Question, { number }: Shown): string {
  switch (question.kind) {
    case 'missing':
      return `Your word is missing: is train ${number} good for production?`;
    case 'anybody':
      return `One good is enough: is train ${number} good for production?`;
    case 'no':
      return `You stopped it${question.reason === null ? '' : `: ${question.reason}`}. Good lifts your no.`;
  }
}

function About({ train, question }: { train: Shown; question: Question }) {
  const overview = useResource(getOverview, { app: train.app }, { wakes: () => false });
  const stages = overview.value.value?.stages ?? [];
  const names = question.kind === 'missing' ? question.changes : null;
  const mine = onBoard(train).filter((change) => names?.includes(nameOf(change)) ?? true);
  return (
    <>
      <ul>
        {mine.map((change) => (
          <li key={change.commit}>{namedChange(change)}</li>
        ))}
      </ul>
      <p>
        {stages.length > 0 && 'Look at it: '}
        {stages.map(({ name, url }) => (
          <a key={name} href={url} target="_blank" rel="noreferrer">
            {name}
          </a>
        ))}
        {train.answersUntil !== null && (
          <span class="soft">
            {' · '}answers end <Ago at={train.answersUntil} />
          </span>
        )}
      </p>
    </>
  );
}
