/** One thing that is wrong with the file. */
export interface Problem {
  /** Where in the file: keys and list positions. */
  path: readonly PropertyKey[];
  /** What is wrong and what to write instead. */
  message: string;
  /** True when the key itself is wrong, not its value. */
  atKey?: boolean | undefined;
  /** Where, when the file could not be read far enough to have paths. */
  offset?: number | undefined;
}

export interface Position {
  line: number;
  column: number;
}

/** `services.web.helth: unknown key (line 7, column 5). Did you mean "health"?` */
export function problemInWords({ path, message }: Problem, position: Position | null): string {
  const where = position ? ` (line ${position.line}, column ${position.column})` : '';
  const [what, ...instead] = message.split('\n');
  const words = path.length > 0 ? `${pathInWords(path)}: ${what}` : `${what}`;
  return [`${words}${where}.`, ...instead].join(' ');
}

/** `pipeline.stages[2].tests`, with strange characters made visible and endless keys cut. */
export function pathInWords(path: readonly PropertyKey[]): string {
  const steps = path.map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${shown(String(step))}`,
  );
  return steps.join('').replace(/^\./, '');
}

/** A text of the file as it may be printed in a terminal. */
export function shown(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return cut.replaceAll(/[\p{Control}\p{Format}\p{Surrogate}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
