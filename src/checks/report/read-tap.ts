import { readTapLine, type TapPoint } from './tap-line.ts';
import { tapTree } from './tap-tree.ts';
import { tapYaml } from './tap-yaml.ts';
import { mostReportBytes, mostTests, type TestReport } from './test-counts.ts';
import { rounded } from './test-tally.ts';

/**
 * Reads TAP 12 to 14: plans, SKIP and TODO, subtests by indentation or in braces, YAML below a test, bailing out. A test with
 * subtests counts only where it failed by itself. Tests that were planned and never came count as failed, and so does an
 * output that ends without a plan. Other lines are passed over, several outputs in one text are added. Pure; says
 * what is wrong with a text instead of throwing.
 */
export function readTap(text: string): TestReport {
  if (text.length > mostReportBytes)
    return { problem: `it has more than ${mostReportBytes} bytes` };
  const tree = tapTree();
  const lines = text.split('\n');
  for (let at = 0; at < lines.length;) {
    const line = readTapLine(lines[at]!);
    at += 1;
    if (line === null) continue;
    if (line.kind === 'test') at = addPoint(tree, line, { lines, at });
    else if (line.kind === 'plan') tree.plan(line);
    else if (line.kind === 'end') tree.closeBrace(line.depth);
    else if (line.kind === 'version') tree.version();
    else {
      tree.bailOut(line.reason);
      break;
    }
    if (tree.seen() > mostTests) return { problem: `it counts more than ${mostTests} tests` };
  }
  if (!tree.isTap()) return { problem: 'it is not TAP: neither a plan nor a test', isOther: true };
  return { counts: rounded(tree.counts()) };
}

/** The test with what stands in its YAML; returns where to read on. */
function addPoint(
  tree: ReturnType<typeof tapTree>,
  point: TapPoint,
  { lines, at }: { lines: readonly string[]; at: number },
): number {
  const { facts, next } = tapYaml(lines, at);
  tree.add(point, facts);
  return next;
}
