import { problem, type Result, success } from '../../../shared/problem.ts';
import { canonicalJson, type Digest } from '../../fingerprint/digest.ts';
import type { BundleText, StageCode, StageCodes } from '../../fingerprint/stage-code.ts';
import type { Services } from '../services.ts';
import type { FrozenCode, FrozenPlan } from './frozen-plan.ts';

/** What a session needs of a frozen plan. */
export interface FrozenPlanning extends Pick<FrozenPlan, 'plan' | 'environment'> {
  readonly codes: ReadonlyMap<string, StageCode>;
  textsFor(codes: Pick<StageCodes, 'packagesOf'>): Services['texts'];
}

export function frozenPlanning(frozen: FrozenPlan): FrozenPlanning {
  const { plan, environment, codes } = frozen;
  return {
    ...{ plan, environment },
    codes: new Map([...codes].map(([module, { code }]) => [module, code])),
    textsFor: (known) => new FrozenTexts(frozen, known),
  };
}

/**
 * Provides the texts of a frozen plan. They do not change any more, but packages do, which are too large to be frozen: a
 * stage whose packages have changed since is refused, since its key would stand for something else.
 */
class FrozenTexts {
  readonly #frozen: Pick<FrozenPlan, 'codes'>;
  readonly #codes: Pick<StageCodes, 'packagesOf'>;

  constructor(frozen: Pick<FrozenPlan, 'codes'>, codes: Pick<StageCodes, 'packagesOf'>) {
    this.#frozen = frozen;
    this.#codes = codes;
  }

  async textOf(module: string, digest: Digest): ReturnType<Services['texts']['textOf']> {
    const known = this.#frozen.codes.get(module);
    if (known?.code.digest !== digest) throw new Error(`the plan has no such code of ${module}`);
    return this.#checked(module, known);
  }

  async #checked(module: string, { code, text }: FrozenCode): Promise<Result<BundleText>> {
    const now = await this.#codes.packagesOf(code.externals);
    if (canonicalJson(now) === canonicalJson(code.packages)) return success(text);
    return problem('a package that this stage imports is not the one with which it was submitted', {
      at: { file: module },
      advice: 'Run the pipeline again, which submits it with the packages that are installed now.',
    });
  }
}
