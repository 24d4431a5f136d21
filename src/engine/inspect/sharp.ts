import type Sharp from 'sharp';
import { problem, type Result, success } from '../../shared/problem.ts';

/** Loads sharp, whose native part may be missing or built for another platform. */
export async function loadSharp(): Promise<Result<typeof Sharp>> {
  try {
    return success((await import('sharp')).default);
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n').filter((line) => line.trim() !== '');
    return problem(`cannot load sharp, which decodes and draws images: ${reason}`, {
      advice: 'Reinstall the packages: npm install',
    });
  }
}
