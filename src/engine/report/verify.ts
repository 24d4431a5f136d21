import { columns, duration, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Verdict } from '../execute/verification.ts';

const WORDS: Readonly<Record<Verdict, string>> = {
  equal: 'equal',
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
  const equal = [...verdicts.values()].filter((verdict) => verdict === 'equal').length;
  return [...(rows.length > 0 ? [columns(rows, ' ')] : []), `${conclusion()} in ${duration(seconds)}`].join('\n\n');

  function conclusion(): string {
    if (cancelled) return paint('yellow', 'interrupted');
    if (first !== undefined) return `${paint('red', 'not reproduced')}: ${first} is the first stage that differs,`;
    if (!ok) return paint('red', 'failed');
    if (equal === 0) return paint('yellow', 'nothing compared');
    return `${paint('green', 'reproduced')}: ${plural(equal, 'stage')}, byte-identical to ${reference},`;
  }
}

function mark(verdict: Verdict, paint: Paint): string {
  switch (verdict) {
    case 'equal':
      return paint('green', '=');
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
