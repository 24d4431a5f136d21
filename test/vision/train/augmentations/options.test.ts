import {
  affine,
  colorJitter,
  gaussianBlur,
  mixup,
  randAugment,
  randomErasing,
  randomResizedCrop,
} from 'pipeline/vision';
import { expect, test } from 'vitest';

test.each([
  [() => mixup({ alpha: 0 }), 'mixup: alpha is 0, expected a number from 0.001 to 1000'],
  [() => affine({ zoomRange: 1 }), 'affine: zoomRange is 1, expected a number from 0 to 0.99'],
  [() => colorJitter({ hue: Number.NaN }), 'colorJitter: hue is NaN, expected a number from 0 to 0.5'],
  [
    () => randomErasing({ scale: [0.4, 0.2] }),
    'randomErasing: scale is [ 0.4, 0.2 ], expected two ascending numbers from 0 to 1',
  ],
  [() => randomResizedCrop({ scale: [0.5, 2] }), 'randomResizedCrop: scale is [ 0.5, 2 ], expected two ascending'],
  [() => gaussianBlur({ sigma: [0, 2] }), 'gaussianBlur: sigma is [ 0, 2 ], expected two ascending numbers from 0.01'],
  [() => randAugment({ magnitude: 31 }), 'randAugment: magnitude is 31, expected a number from 0 to 30'],
])('an option outside of its range is an error that says what it is and what it may be: %s', (make, message) => {
  expect(make).toThrow(message);
});
