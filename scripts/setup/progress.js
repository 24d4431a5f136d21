const BAR_WIDTH = 24;

/**
 * @typedef {object} Progress
 * @property {(label: string) => void} begin                     what is being done from now on
 * @property {(done: number, total: number) => void} update      how far it has come
 * @property {() => void} end                                    leaves no half-drawn line behind
 */

/**
 * One line that redraws itself on a terminal; elsewhere (CI, a log) one plain line for each thing begun.
 *
 * @param {{ isTTY?: boolean, write(text: string): unknown }} [stream]
 * @returns {Progress}
 */
export function createProgress(stream = process.stderr) {
  let label = '';
  let drawn = '';
  const redraw = (/** @type {string} */ text) => {
    if (stream.isTTY && text !== drawn) stream.write(`\r\u001B[K${text}`);
    drawn = text;
  };
  return {
    begin(text) {
      label = text;
      redraw(`${label} …`);
      if (!stream.isTTY) stream.write(`${label}\n`);
    },
    update(done, total) {
      const share = total > 0 ? Math.min(1, done / total) : 0;
      redraw(`${label} ${bar(share)} ${Math.floor(share * 100)} %`);
    },
    end() {
      redraw('');
    },
  };
}

/** @param {number} share  0 to 1 */
function bar(share) {
  const filled = Math.round(share * BAR_WIDTH);
  return '━'.repeat(filled) + '─'.repeat(BAR_WIDTH - filled);
}
