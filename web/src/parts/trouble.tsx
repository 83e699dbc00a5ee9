import type { Refusal } from '../data/refusal.ts';

/** A refusal in its own words, with what to do next. */
export const Trouble = ({ refusal }: { refusal: Refusal }) => (
  <div class="trouble" role="alert">
    <p>
      <strong>{refusal.message}</strong> {refusal.why}
    </p>
    <Fixes fix={refusal.fix} />
  </div>
);

/** What can be typed or done, best first. */
export const Fixes = ({ fix }: { fix: readonly string[] }) =>
  fix.length === 0 ? null : (
    <ul class="fixes">
      {fix.map((step) => (
        <li key={step}>{/^(signalbox|git) /.test(step) ? <code>{step}</code> : step}</li>
      ))}
    </ul>
  );
