import type { ValueReader } from '../../shared/extensions/values.ts';
import { decodeText } from '../inspect/text.ts';
import { GroupedNumbers } from './grouped-numbers.ts';
import { numbersIn } from './numbers-in-text.ts';
import { readText } from './read-text.ts';

/** Any other text, such as SVG, HTML and logs: its numbers form one group, and all else must be equal. */
export const textValues: ValueReader = {
  async read({ path, head }) {
    const text = decodeText(head) === undefined ? undefined : readText(path);
    if (text === undefined) return undefined;
    const grouped = new GroupedNumbers();
    const others = new Map<string, string>();
    for (const [index, line] of text.split('\n').entries()) {
      const { numbers, rest } = numbersIn(line);
      const place = `line ${index + 1}`;
      for (const number of numbers) grouped.add('', number, place);
      others.set(place, rest);
    }
    return { numbers: grouped.groups(), others };
  },
};
