import { junitSeconds } from './junit-seconds.ts';
import { plainText } from './plain-text.ts';
import type { XmlReader } from './read-xml.ts';
import { noTests, type TestCounts } from './test-counts.ts';
import { addTest } from './test-tally.ts';

type Attributes = ReadonlyMap<string, string>;

/** A testcase, or a whole suite that failed outside of its tests. */
interface Case {
  name: string;
  suite: string;
  seconds: number;
  failed: boolean;
  skipped: boolean;
  todo: boolean;
  message: string;
  /** The text of its first failure, for those whose message says nothing. */
  text: string;
}

const mostText = 4000;

/** Listens to one document; its counts are right once the document has ended. */
export function junitReader(): XmlReader & { isOther(): boolean; counts(): TestCounts } {
  const counts = noTests();
  const suites: string[] = [];
  const declared: Attributes[] = [];
  let isOther = false;
  let test: Case | null = null;
  let failing: Case | null = null;
  const fail = (attributes: Attributes): void => {
    failing = test ?? newCase(new Map([['name', suites.at(-1) ?? '']]), suites.slice(0, -1));
    if (!failing.failed) failing.message = attributes.get('message') ?? '';
    else failing = { ...failing };
    if (test) test.failed = true;
  };
  return {
    isOther: () => isOther,
    wants(root) {
      isOther = !/^testsuites?$/.test(localName(root));
      return !isOther;
    },
    counts: () => (counts.total > 0 ? counts : declaredCounts(declared)),
    open(qualified, attributes) {
      const name = localName(qualified);
      if (name === 'testsuite' || name === 'testsuites') {
        if (suites.length === 0 || (suites.length === 1 && name === 'testsuite'))
          declared.push(attributes);
        suites.push(name === 'testsuite' ? (attributes.get('name') ?? '') : '');
      }
      if (name === 'testcase') test = newCase(attributes, suites);
      if ((name === 'failure' || name === 'error') && suites.length > 0) fail(attributes);
      if (name === 'skipped' && test) {
        test.skipped = true;
        test.todo = attributes.get('type') === 'todo';
      }
    },
    text(piece, kind) {
      if (!failing || failing.text.length >= mostText) return;
      const cut = piece.slice(0, mostText);
      failing.text += kind === 'escaped' ? plainText(cut) : cut;
    },
    close(qualified) {
      const name = localName(qualified);
      if (name === 'testsuite' || name === 'testsuites') suites.pop();
      if (name === 'failure' || name === 'error') {
        if (failing && !test) count(counts, { ...failing, failed: true });
        failing = null;
      }
      if (name === 'testcase' && test) {
        count(counts, test);
        test = null;
      }
    },
  };
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase();

function newCase(attributes: Attributes, suites: readonly string[]): Case {
  const name = attributes.get('name') ?? '';
  const within = suites.filter((suite) => suite !== '').join(' › ');
  const className = attributes.get('classname') ?? '';
  // Some write the whole name, or the word "test", where others write the class.
  const saysNothing = className === '' || className === 'test' || className === name;
  return {
    name,
    suite: saysNothing ? within || (attributes.get('file') ?? '') : className,
    seconds: junitSeconds(attributes.get('time') ?? ''),
    failed: false,
    skipped: isLeftOut(attributes),
    todo: false,
    message: '',
    text: '',
  };
}

/** GoogleTest's way of saying so. */
const isLeftOut = (attributes: Attributes): boolean =>
  attributes.get('status') === 'notrun' ||
  ['skipped', 'suppressed'].includes(attributes.get('result') ?? '');

function count(counts: TestCounts, test: Case): void {
  const { name, suite, message, text } = test;
  const failed = test.failed && !test.todo;
  addTest(counts, {
    name,
    suite,
    outcome: failed ? 'failed' : test.skipped ? 'skipped' : 'passed',
    durationMs: test.seconds * 1000,
    message: worded(message.trim(), text),
  });
}

/** Some tools write only such a word where others write what happened. */
function worded(message: string, text: string): string {
  const saysNothing = /^(|failed|failure|error|build error|test failed)$/i.test(message);
  return saysNothing ? `${message}\n${text.trim()}` : message;
}

/** What reports without testcases say about themselves: the outermost element that has numbers. */
function declaredCounts(declared: readonly Attributes[]): TestCounts {
  const [outer, ...inner] = declared;
  const chosen = outer?.has('tests') ? [outer] : inner;
  const counts = noTests();
  for (const attributes of chosen) {
    const number = (key: string): number => {
      const value = Number(attributes.get(key) ?? 0);
      return Number.isSafeInteger(value) && value > 0 ? value : 0;
    };
    const total = number('tests');
    const failed = Math.min(total, number('failures') + number('errors'));
    const skipped = Math.min(total - failed, number('skipped') + number('disabled'));
    counts.total += total;
    counts.failed += failed;
    counts.skipped += skipped;
    counts.passed += total - failed - skipped;
    counts.durationMs += junitSeconds(attributes.get('time') ?? '') * 1000;
  }
  return counts;
}
