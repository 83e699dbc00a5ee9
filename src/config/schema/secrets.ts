import { fields } from './fields.ts';

/** Names of variables whose values are kept elsewhere. */
export const secrets = fields.distinct(fields.variableName, 100).meta({
  description:
    'Names of secret variables. Values: `signalbox secret set --for preview NAME`. One missing is an error that names it.',
  examples: [['STRIPE_KEY']],
});
