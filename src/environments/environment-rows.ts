/** The rows that a rollout and the pipeline change together with their own, in one transaction. */
export { deploys, environments, instances, stores } from './tables.ts';
