import { LogView } from '../../parts/log-view.tsx';

interface KeptLogProps {
  /** What it is the log of. */
  name: string;
  /** The address of a stream of lines. */
  source: string;
  /** Its last lines, where they were written down: they stay when the log itself is gone. */
  tail: string | null;
}

/** The log of a check, a build or a test, which goes on while that runs. */
export const KeptLog = ({ name, source, tail }: KeptLogProps) => (
  <>
    <LogView source={source} name={name} />
    {tail && (
      <details>
        <summary>Its last lines, as they were written down</summary>
        <Lines name={name} lines={tail} />
      </details>
    )}
  </>
);

/** Lines that do not change. */
export const Lines = ({ name, lines }: { name: string; lines: string }) => (
  <pre class="pipeline-lines" tabIndex={0} role="group" aria-label={`Last lines of ${name}`}>
    {lines}
  </pre>
);
