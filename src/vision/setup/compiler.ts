import { findExecutable } from './programs.ts';

/** What to do without a C++ compiler, which is all that the set-up needs of a machine. */
export const COMPILER_ADVICE =
  'Install one: `apt-get install g++` (Debian, Ubuntu), `dnf install gcc-c++` (Fedora) or `xcode-select --install` ' +
  '(macOS), or name one in the environment variable CXX; then run `npx pipeline setup` again.';

/** Returns the path of the C++ compiler: the one that CXX names, or else a usual one. */
export function findCompiler(): string | undefined {
  return findExecutable([process.env['CXX'] ?? '', 'c++', 'g++', 'clang++'].filter(Boolean));
}
