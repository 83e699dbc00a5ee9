/** The four-line file. */
export const smallest = `# the smallest
app: hello
services:
  web: { run: node server.js }
`;

/** Every section and every key the design names. */
export const everything = `# everything
app: shop

build:
  run: [npm ci, npm run build]
  cache: { paths: [node_modules], key: [package-lock.json] }   # restored when the key's files are unchanged
  keep: [dist, node_modules, package.json]                       # default: the whole tree

services:                          # long-running
  web:
    run: node dist/server.js       # gets PORT and must listen on it; the one called web takes the traffic
    health: /healthz               # must answer 2xx within start, then every interval
    start: 30s
    instances: 2
    smoke: node dist/smoke.js      # job against a hidden instance (SIGNALBOX_URL) before it may take traffic
    stop: 10s                      # after SIGTERM; open requests are drained before
  worker: { run: node dist/worker.js }

jobs:                              # short-running
  report: { run: node dist/report.js, schedule: "0 3 * * *", timezone: Europe/Berlin }

stores:
  db:
    postgres: { variable: DATABASE_URL, migrate: npm run migrate, ledger: schema_migrations }
    seed: { from: staging, every: day, keep: 7, scrub: db/scrub.sql, proof: db/scrub-proof.sql }
    on-push: keep                  # keep | reset | reset-when-migrations-changed
  cache:  { redis: { variable: REDIS_URL } }                      # rebuildable: starts empty
  search: { solr: { variable: SOLR_URL }, seed: { from: staging } }

uses:                              # other apps: by default the address of their shared staging
  billing: { variable: BILLING_URL }

variables: { LOG_LEVEL: info }
secrets: [STRIPE_KEY]              # values: signalbox secret set --for preview STRIPE_KEY; one missing is an error naming it

checks:                            # on every push, side by side, each a job
  lint: npm run lint
  unit: { run: npm test, timeout: 10m }

sizes:                             # limits per instance
  small: { memory: 256 MiB, cpus: 0.5 }

environments:
  preview:
    for: branches                  # branches | requests (open change requests) | command
    except: [dependabot/**]
    size: small
    instances: 1
    data: own                      # own | shared (lite: code only, staging's stores, read the guide)
    jobs: off                      # schedules do not run in previews unless asked for
    idle: { sleep: 1h, warn: 2d, destroy: 3d }
    limit: 10
    protect: password              # none | password | team
  staging:    { size: medium }
  production: { size: large, services: { web: { instances: 4 } } }

pipeline:                          # what happens to every commit on main, one artifact all the way
  branch: main
  review: 1                        # approvals needed before merge counts as green
  stages:
    - package:     { environment: package, tests: { parts: npm run test:package } }
    - integration: { environment: fresh, keep: 2h, tests: { api: npm run test:integration } }
    - performance: { environment: fresh, optional: true, skip: ["docs/**"], tests: { load: { run: npm run test:load, load: gateway } } }
    - staging:     { tests: { acceptance: npm run test:acceptance }, infrastructure: infra/checks.yaml }
    - production:  { approval: person, rollout: canary }

rollouts:
  canary:
    strategy: canary               # cycle | blue-green | canary
    steps: [5 %, 10 %, 25 %, 50 %, 100 %]
    bake: 2m                       # least time per step
    warm: 1h                       # the old release stays warm after 100 %
    judge: { margin: 1.25, hold: 0.1, roll-back: 0.01 }
  cycle:
    strategy: cycle                # one instance after another
    capacity: 75 %                 # so much of the usual number always serves
    drain: 30s                     # for open requests and sessions

train:
  departs: every hour              # or cron; absent: every green commit leaves at once (continuous deployment)
  windows: { open: "Mon-Fri 09:00-17:00", timezone: Europe/Berlin }
  approval: authors                # none | authors | team:NAME | person (continuous delivery: someone pulls the trigger)
  answer-within: 45m
  without-answer: hold             # hold | leave-without | go
  next: wait                       # wait | supersede: what the next train does while this one is under way
  owners: shop-owners              # a team that may answer for authors who cannot
  keep-votes: unchanged            # unchanged | none: after an eject
  force-by: 1                      # 1 | 2 release managers
  good-without-asking: { authors: ["*[bot]*"], paths: [docs/**, "*.md"] }
`;
