import { columns, duration, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Verdict } from '../execute/verification.ts';

const WORDS: Readonly<Record<Verdict, string>> = {
  equal: 'equal',
  'within-tolerance': 'equal within the tolerance',
  different: 'different',
  failed: 'failed',
  'not-compared': 'not compared',
  pinned: 'not compared: declared non-deterministic',
};

/** Summarizes a verification: one line per stage, then the verdict. `reference`: what the results were compared with. */
export function summarizeVerify(
  verdicts: ReadonlyMap<string, Verdict>,
  { ok, cancelled, seconds }: { readonly ok: boolean; readonly cancelled: boolean; readonly seconds: number },
  reference: string,
  paint: Paint,
): string {
  const rows = [...verdicts].map(([stage, verdict]) => [mark(verdict, paint), stage, WORDS[verdict]]);
  const first = [...verdicts].find(([, verdict]) => verdict === 'different')?.[0];
  const count = (wanted: Verdict) => [...verdicts.values()].filter((verdict) => verdict === wanted).length;
  const [equal, close] = [count('equal'), count('within-tolerance')];
  return [...(rows.length > 0 ? [columns(rows, ' ')] : []), `${conclusion()} in ${duration(seconds)}`].join('\n\n');

  function conclusion(): string {
    if (cancelled) return paint('yellow', 'interrupted');
    if (first !== undefined) return `${paint('red', 'not reproduced')}: ${first} is the first stage that differs,`;
    if (!ok) return paint('red', 'failed');
    if (equal + close === 0) return paint('yellow', 'nothing compared');
    const parts = [
      ...(equal > 0 ? [`${plural(equal, 'stage')}, byte-identical to ${reference},`] : []),
      ...(close > 0 ? [`${plural(close, 'stage')} within the tolerance,`] : []),
    ];
    return `${paint('green', 'reproduced')}: ${parts.join(' ')}`;
  }
}

function mark(verdict: Verdict, paint: Paint): string {
  switch (verdict) {
    case 'equal':
      return paint('green', '=');
    case 'within-tolerance':
      return paint('yellow', '≈');
    case 'different':
      return paint('red', '≠');
    case 'failed':
      return paint('red', '✗');
    case 'not-compared':
    case 'pinned':
      return paint('yellow', '○');
    default:
      return verdict satisfies never;
  }
}
