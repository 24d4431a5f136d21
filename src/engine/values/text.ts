import type { ValueReader } from '../../shared/extensions/values.ts';
import { readText } from '../../shared/read-file.ts';
import { decodeText } from '../inspect/text.ts';
import { GroupedNumbers } from './grouped-numbers.ts';
import { numbersIn } from './numbers-in-text.ts';

/** Any other text, such as SVG, HTML and logs: its numbers form one group, and all else must be equal. */
export const textValues: ValueReader = {
  async read({ path, head }) {
    if (decodeText(head) === undefined) return undefined;
    const text = readText(path, 'stageJson');
    if (!text.ok || decodeText(Buffer.from(text.value)) === undefined) return undefined;
    const grouped = new GroupedNumbers();
    const others = new Map<string, string>();
    for (const [index, line] of text.value.split('\n').entries()) {
      const { numbers, rest } = numbersIn(line);
      const place = `line ${index + 1}`;
      for (const number of numbers) grouped.add('', number, place);
      others.set(place, rest);
    }
    return { numbers: grouped.groups(), others };
  },
};
