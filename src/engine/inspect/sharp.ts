import type Sharp from 'sharp';
import { problem, type Result, success } from '../../shared/problem.ts';

/** Loads sharp, whose native part may be missing or made for another machine. */
export async function loadSharp(): Promise<Result<typeof Sharp>> {
  try {
    return success((await import('sharp')).default);
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n').filter((line) => line.trim() !== '');
    return problem(`sharp, which reads and draws pictures, cannot be loaded: ${reason}`, {
      advice: 'Install the packages again: npm install',
    });
  }
}
