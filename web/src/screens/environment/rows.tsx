import type { ComponentChildren } from 'preact';

interface RowsProps {
  label: string;
  /** The last one, `Verbs`, is for ears. */
  heads: readonly string[];
  children: ComponentChildren;
}

/** A table that scrolls by itself where it is too wide. */
export const Rows = ({ label, heads, children }: RowsProps) => (
  <div
    class="scrolls environment-rows"
    tabIndex={0}
    role="region"
    aria-label={`${label}, as a table`}
  >
    <table>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head}>{head === 'Verbs' ? <span class="for-ears">{head}</span> : head}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
);
