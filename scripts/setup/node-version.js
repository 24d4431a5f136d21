import { problem, success } from './result.js';

/** As package.json's `engines` says. */
const OLDEST = [20, 19];

/** @param {string} version  such as `20.19.0` */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return success(undefined);
  return problem(
    `This is Node ${version}, but Node ${OLDEST.join('.')} or newer is required.`,
    'Install a newer version from https://nodejs.org, or with nvm, fnm or volta.',
  );
}
