import { trainStage } from 'pipeline/vision';

/** Trains a classifier. Give backbones of your own to this stage and to all that use its model. */
export default trainStage();
