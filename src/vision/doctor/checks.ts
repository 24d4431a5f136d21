import type { DoctorCheck } from '../../shared/extensions/doctor-check.ts';
import { checkPackage } from './packages.ts';
import { checkTensorFlow } from './tensorflow.ts';

/** The checks of `pipeline doctor` for the requirements of the vision stages. */
export const doctorChecks: readonly DoctorCheck[] = [
  checkPackage('sharp'),
  checkPackage('apache-arrow'),
  checkTensorFlow,
];
