/**
 * Seconds as tools write them: `0.012`, `1e-05`, with thousands `1,234.567`, or with a decimal comma `0,012` and
 * `1.234,5`. A single comma alone is a decimal one, since these times have fractions. 0 for what is no time.
 */
export function junitSeconds(text: string): number {
  const written = text.trim();
  if (!/^[0-9.,]{1,30}(?:e[+-]?[0-9]{1,3})?$/i.test(written)) return 0;
  const [comma, point] = [written.lastIndexOf(','), written.lastIndexOf('.')];
  const isDecimalComma = comma > point && written.indexOf(',') === comma;
  const plain = isDecimalComma
    ? written.replaceAll('.', '').replace(',', '.')
    : written.replaceAll(',', '');
  const seconds = Number(plain);
  return Number.isFinite(seconds) ? seconds : 0;
}
