/** `12.50 €` of 1250 cents. */
export function money(cents) {
  return `${(Number(cents) / 100).toFixed(2)} €`;
}
