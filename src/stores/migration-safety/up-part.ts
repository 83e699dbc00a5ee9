/** What of a migration file runs when it is applied. */
export interface UpPart {
  /** The file's text with everything else blanked, so that lines keep their numbers. */
  sql: string;
  /** The file tells its tool to run it outside a transaction. */
  noTransaction: boolean;
  /** Lines with commands to psql that bring in SQL from elsewhere; the first line is 1. */
  includes: number[];
}

// Where tools that keep both directions in one file begin the way back …
const down =
  /^\s*--\s*(migrate:down|\+goose\s+down|\+migrate\s+down|down\s+migration|!downs|\/\/\s*@undo)\b|^\s*----\s*create above\b/i;
// … and the way there.
const up = /^\s*--\s*(migrate:up|\+goose\s+up|\+migrate\s+up|up\s+migration|!ups)\b/i;
const outside =
  /^\s*--.*(transaction\s*[:=]\s*false|\bno[ -]?transaction\b|disable-ddl-transaction|txmode\s+none|executeintransaction\s*=\s*false)/i;
const psqlCommand = /^\\[a-z!]/i;
const includesSql = /^\\(i|ir|include|include_relative|gexec|copy|!)(\s|$)/;

/** Separates the way there from the way back, as dbmate, goose, sql-migrate, node-pg-migrate, tern and others mark it. */
export function upPart(text: string): UpPart {
  let wayBack = false;
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const includes: number[] = [];
  const kept = lines.map((line, index) => {
    wayBack = down.test(line) || (wayBack && !up.test(line));
    if (wayBack) return '';
    if (!psqlCommand.test(line)) return line;
    if (includesSql.test(line)) includes.push(index + 1);
    return '';
  });
  return {
    sql: kept.join('\n'),
    noTransaction: lines.some((line) => outside.test(line)),
    includes,
  };
}
