import type { DoctorCheck } from '../../shared/extensions/doctor-check.ts';
import { checkPackage } from './packages.ts';
import { checkTensorFlow } from './tensorflow.ts';

/** The checks for what the stages of this half need. */
export const doctorChecks: readonly DoctorCheck[] = [
  checkPackage('sharp'),
  checkPackage('apache-arrow'),
  checkTensorFlow,
];
