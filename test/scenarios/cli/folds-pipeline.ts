/** A pipeline that trains a model for each fold that `split` finds. More stages may be added to its text. */
export const FOLDS = `name: folds
stages:
  split:
    shell: true
    command: cat {inputs.names} > {outputs.folds}
    inputs: { names: ./names.json }
    outputs: [folds.json]
  train:
    shell: true
    command: echo model {params.fold} {params.rate} > {outputs.model}
    matrix: { fold: { from: split.folds } }
    params: { fold: "\${matrix.fold}", rate: 1 }
    outputs: [model.txt]
`;
