import { readFileSync } from 'node:fs';
import { fieldsAfterCommand } from '../../shared/process-table.ts';
import { begin } from '../../shared/text/output.ts';
import { Interruption } from '../execute/interruption.ts';

/** How a terminal shows pictures: the graphics protocol of Kitty, or the inline images of iTerm2. */
export type PictureProtocol = 'kitty' | 'iterm2';

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The keyboard of a terminal, from which its answers come, too. */
interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode(isRaw: boolean): unknown;
  on(event: 'data', listener: (data: Buffer | string) => void): unknown;
  off(event: 'data', listener: (data: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** A terminal behind a slow connection answers late. One that never does costs this once. */
const MOST_MILLISECONDS = 1000;

/** Whether the terminal knows Kitty's protocol, what it is called (XTVERSION), and what every terminal answers (DA1). */
const QUESTION = '\u001B_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u001B\\\u001B[>q\u001B[c';
const [ESCAPE, BELL, INTERRUPT] = ['\u001B', '\u0007', '\u0003'];
const LAST_ANSWER = new RegExp(`${ESCAPE}\\[\\?[\\d;]*c`);
const KITTY_ANSWER = `${ESCAPE}_Gi=31;OK`;
/** The terminals whose manuals say that they show inline images of iTerm2. */
const ITERM2_ANSWER = new RegExp(`${ESCAPE}P>\\|(iTerm2|WezTerm) `);

/**
 * Asks the terminal whether it can show pictures. Returns nothing if it cannot, or if there is none that could answer.
 * Rejects with an interruption if Ctrl-C is pressed meanwhile.
 */
export async function pictureProtocol(
  keyboard: Keyboard,
  stream: Screen,
  environment: NodeJS.ProcessEnv,
): Promise<PictureProtocol | undefined> {
  // The console of Linux prints what it does not know, and so does what calls itself dumb.
  const isSimple = ['', 'dumb', 'linux'].includes(environment['TERM'] ?? '');
  if (keyboard.isTTY !== true || stream.isTTY !== true || isSimple || isInBackground()) return undefined;
  const answers = await ask(keyboard, stream);
  if (answers.includes(KITTY_ANSWER)) return 'kitty';
  return ITERM2_ANSWER.test(answers) ? 'iterm2' : undefined;
}

/** Whether a shell has started this as a background job, which is stopped when it reads from the terminal. */
function isInBackground(): boolean {
  try {
    const [, , group, , , inForeground] = fieldsAfterCommand(readFileSync('/proc/self/stat', 'utf8'));
    return inForeground !== '-1' && inForeground !== group;
  } catch {
    // Only Linux tells.
    return false;
  }
}

function ask(keyboard: Keyboard, stream: Screen): Promise<string> {
  return new Promise((resolve, reject) => {
    let answers = '';
    const restore = () => {
      clearTimeout(timer);
      keyboard.off('data', listen);
      keyboard.setRawMode(false);
      keyboard.pause();
    };
    const finish = () => {
      restore();
      resolve(answers);
    };
    const listen = (data: Buffer | string) => {
      answers += data.toString();
      if (LAST_ANSWER.test(answers)) finish();
      // In raw mode, the terminal does not turn Ctrl-C into a signal.
      else if (answers.includes(INTERRUPT)) {
        restore();
        reject(new Interruption('SIGINT'));
      }
    };
    const timer = setTimeout(finish, MOST_MILLISECONDS);
    keyboard.on('data', listen);
    keyboard.setRawMode(true);
    keyboard.resume();
    begin(stream);
    stream.write(QUESTION);
  });
}

/** Kitty takes no more bytes at once. */
const CHUNK = 4096;

/** Shows a PNG at the cursor, `columns` wide, and moves to the line below it. */
export function showPicture(protocol: PictureProtocol, png: Buffer, columns: number, stream: Screen): void {
  begin(stream);
  const base64 = png.toString('base64');
  switch (protocol) {
    case 'kitty':
      for (let at = 0; at < base64.length; at += CHUNK) {
        // q=2: the terminal sends no answer, which the shell would take for input.
        const first = at === 0 ? `a=T,f=100,q=2,c=${columns},` : 'q=2,';
        const isLast = at + CHUNK >= base64.length;
        stream.write(`${ESCAPE}_G${first}m=${isLast ? 0 : 1};${base64.slice(at, at + CHUNK)}${ESCAPE}\\`);
      }
      break;
    case 'iterm2': {
      const about = `inline=1;size=${png.length};width=${columns};preserveAspectRatio=1`;
      stream.write(`${ESCAPE}]1337;File=${about}:${base64}${BELL}`);
      break;
    }
    default:
      protocol satisfies never;
  }
  stream.write('\n');
}
