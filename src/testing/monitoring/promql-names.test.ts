import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesIn } from './promql-names.ts';

describe('names in an expression of Prometheus', () => {
  it('are its metrics, with the labels of their selectors, and what it groups by', () => {
    const { labelsOf, groupedBy } = namesIn(
      'histogram_quantile(0.99, sum by (le, route) (rate(a_bucket{route!~"/x{1}|y",m="}"}[5m]))) ' +
        '> 1.5e3 and on (instance) up{job="g"} == 1 or time() - max(b_seconds offset 1h) unless c:d:rate5m',
    );
    assert.deepEqual(
      [...labelsOf].map(([metric, labels]) => [metric, [...labels]]),
      [
        ['a_bucket', ['route', 'm']],
        ['up', ['job']],
        ['b_seconds', []],
        ['c:d:rate5m', []],
      ],
    );
    assert.deepEqual(groupedBy, ['le', 'route', 'instance']);
  });
});
