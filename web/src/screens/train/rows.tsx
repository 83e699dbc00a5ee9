import type { ComponentChildren } from 'preact';

interface RowsProps<Item> {
  of: readonly Item[];
  /** What a column is called, and what it says of one. */
  columns: Readonly<Record<string, (one: Item) => ComponentChildren>>;
}

/** A table whose cells wrap: it never needs more room than there is. */
export const Rows = <Item,>({ of, columns }: RowsProps<Item>) => (
  <table class="train-rows">
    <thead>
      <tr>
        {Object.keys(columns).map((head) => (
          <th key={head} scope="col">
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {of.map((one, row) => (
        <tr key={row}>
          {Object.entries(columns).map(([head, says]) => (
            <td key={head}>{says(one)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);
