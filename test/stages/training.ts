export const params = {
  backbone: 'small-cnn',
  learning_rate: 3e-3,
  epochs: 2,
  batch_size: 8,
  seed: 2018,
  dropout: 0.1,
};

const { backbone: _, ...continued } = params;

/** Without a backbone, which the model that a training goes on from brings. */
export { continued };
