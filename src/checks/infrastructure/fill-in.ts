const variable = /\$\$\{|\$\{([^}]*)\}/g;

/** Whether a text holds a ${NAME} that has to be filled in. */
export function hasVariables(text: string): boolean {
  return text.includes('${');
}

/** The names that texts ask for, wherever they stand in a value. */
export function variablesIn(value: unknown): Set<string> {
  const names = new Set<string>();
  mapTexts(value, (text) =>
    text.replace(variable, (whole, name: string | undefined) => {
      if (name !== undefined) names.add(name);
      return whole;
    }),
  );
  return names;
}

/**
 * The value with each ${NAME} in its texts replaced; `$${` becomes `${`. What is filled in is not looked at
 * again, so a variable's value cannot ask for another one.
 */
export function fillIn<T>(value: T, valueOf: (name: string) => string): T {
  return mapTexts(value, (text) =>
    text.replace(variable, (_, name: string | undefined) =>
      name === undefined ? '${' : valueOf(name),
    ),
  ) as T;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]),
  );
}
