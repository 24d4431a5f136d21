import { explainMistakesStage } from 'pipeline/vision';

/** Draws by Grad-CAM where the images of the worst mistakes speak for the predicted and for the true class. */
export default explainMistakesStage();
