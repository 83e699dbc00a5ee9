import test from 'node:test';
import { near } from './near.test-data.ts';
import {
  logBeta,
  logGamma,
  logMeanExp,
  logRegularisedBeta,
  normalQuantile,
  normalShare,
  regularisedBeta,
} from './special-functions.ts';

test('ln Γ is ln of the factorial, and of √π at a half', () => {
  near(logGamma(1), 0, 1e-14);
  near(logGamma(11), Math.log(3_628_800), 1e-13);
  near(logGamma(0.5), 0.5 * Math.log(Math.PI), 1e-14);
  // Γ(x + 1) = x Γ(x), also where the series is used alone.
  near(logGamma(1001) - logGamma(1000), Math.log(1000), 1e-11);
});

test('ln B of whole numbers is that of binomial coefficients', () => {
  near(logBeta(3, 4), -Math.log(60), 1e-13);
});

test('the incomplete beta of whole numbers is a tail of the binomial law', () => {
  // I_0.3(2, 3): at least two of four successes.
  const tail = 6 * 0.09 * 0.49 + 4 * 0.027 * 0.7 + 0.0081;
  near(regularisedBeta(0.3, 2, 3), tail, 1e-14);
  near(regularisedBeta(0.7, 3, 2), 1 - tail, 1e-14);
  near(regularisedBeta(0.5, 250, 250), 0.5, 1e-12);
});

test('the logarithm of the incomplete beta is finite where the value is not a number any more', () => {
  near(logRegularisedBeta(0.1, 10_000, 1), 10_000 * Math.log(0.1), 1e-6);
});

test('the quantiles of the normal law', () => {
  near(normalQuantile(0.01), -2.3263478740408, 1e-12);
  near(normalQuantile(0.5), 0, 1e-12);
  near(normalQuantile(0.975), 1.9599639845401, 1e-12);
  near(normalShare(1), 0.8413447460685, 1e-12);
});

test('a mean of exponentials does not overflow', () => {
  near(logMeanExp([2000, 2000, 2000 + Math.log(4)]), 2000 + Math.log(2), 1e-12);
  near(logMeanExp([-3000, -3000]), -3000, 1e-12);
});
