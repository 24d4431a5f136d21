import { previewAugmentationsStage } from 'pipeline/vision';

/** Draws some images as they are and as a training sees them, in one picture. */
export default previewAugmentationsStage();
