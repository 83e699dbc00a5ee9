import { chunkedBodies } from './chunked-bodies.ts';
import { connections } from './connections.ts';
import { framing } from './framing.ts';
import { headerSyntax } from './header-syntax.ts';
import type { RequestCase } from './request-case.ts';
import { requestLines } from './request-lines.ts';
import { targetsAndHosts } from './targets-and-hosts.ts';

export const requests: readonly RequestCase[] = [
  ...requestLines,
  ...targetsAndHosts,
  ...headerSyntax,
  ...framing,
  ...chunkedBodies,
  ...connections,
];
