/**
 * Frames of a terminal as an SVG that plays them by CSS. Where CSS animations do not run, or somebody prefers reduced
 * motion, it shows the last frame.
 *
 * @import { Frame, Line, Span } from './recording.js'
 * @import { Theme } from './themes.js'
 */

const FONT_SIZE = 14;
/** Pixels. Each span is stretched to its cells, since fonts differ. */
const CELL = { width: 8.4, height: 19 };
const PADDING = 16;
const TITLE_BAR = 32;

/**
 * @param {readonly Frame[]} frames
 * @param {{ columns: number, rows: number, title: string, description: string }} size
 * @param {Theme} theme
 * @returns {string}
 */
export function terminalSvg(frames, { columns, rows, title, description }, theme) {
  const inner = { width: columns * CELL.width, height: rows * CELL.height };
  const width = inner.width + 2 * PADDING;
  const height = inner.height + 2 * PADDING + TITLE_BAR;
  const lines = new LineTable();
  const strip = frames.map(({ lines: shown }, index) =>
    shown.map((line, row) => lines.use(line, index * inner.height + row * CELL.height)).join(''),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
<desc>${escapeXml(description)}</desc>
<style>${styleOf(frames, inner.height, theme)}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.background}" stroke="${theme.border}"/>
<circle cx="20" cy="18" r="5" fill="#ff5f57"/><circle cx="37" cy="18" r="5" fill="#febc2e"/><circle cx="54" cy="18" r="5" fill="#28c840"/>
<text class="title" x="${width / 2}" y="22" text-anchor="middle">${escapeXml(title)}</text>
<defs>${lines.definitions()}</defs>
<svg x="${PADDING}" y="${PADDING + TITLE_BAR - 8}" width="${inner.width}" height="${inner.height}" viewBox="0 0 ${inner.width} ${inner.height}">
<g class="film" transform="translate(0 ${-(frames.length - 1) * inner.height})">
${strip.join('\n')}
</g>
</svg>
</svg>
`;
}

/**
 * @param {readonly Frame[]} frames
 * @param {number} height  of a frame, in pixels
 * @param {Theme} theme
 */
function styleOf(frames, height, theme) {
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  let before = 0;
  const stops = frames.map(({ seconds }, index) => {
    const stop = `${((before / total) * 100).toFixed(3)}%{transform:translateY(${-index * height}px)}`;
    before += seconds;
    return stop;
  });
  const colours = theme.colours.map((colour, index) => `.c${index}{fill:${colour}}`);
  return [
    `text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:${theme.text}}`,
    `text.title{font:12px system-ui,sans-serif;fill:${theme.faint}}`,
    `.b{font-weight:600}text.d{fill:${theme.faint}}rect.bar{fill:${theme.text}}`,
    ...colours,
    `@keyframes film{${stops.join('')}}`,
    `.film{animation:film ${total.toFixed(1)}s step-end infinite}`,
    '@media(prefers-reduced-motion:reduce){.film{animation:none}}',
  ].join('\n');
}

/** Most lines occur in many frames: each is defined once. */
class LineTable {
  /** @type {Map<string, string>} */
  #ids = new Map();

  /**
   * @param {Line} line
   * @param {number} top
   */
  use(line, top) {
    if (line.length === 0) return '';
    const drawn = line.map(drawSpan).join('');
    const id = this.#ids.get(drawn) ?? `l${this.#ids.size}`;
    this.#ids.set(drawn, id);
    return `<use href="#${id}" y="${top}"/>`;
  }

  definitions() {
    return [...this.#ids].map(([drawn, id]) => `<g id="${id}">${drawn}</g>`).join('\n');
  }
}

/**
 * The blocks of a bar are drawn as rectangles: as characters they would show gaps. Words are placed where they stand,
 * since not every program keeps several spaces.
 *
 * @param {Span} span
 */
function drawSpan({ column, text, colour, bold, dim }) {
  const classes = [...(colour >= 0 ? [`c${colour}`] : []), ...(bold ? ['b'] : []), ...(dim ? ['d'] : [])].join(' ');
  return [...text.matchAll(/█+|░+|[^█░ ]+(?: [^█░ ]+)*/g)]
    .map(({ 0: part, index }) => {
      const x = round((column + index) * CELL.width);
      const width = round(part.length * CELL.width);
      if (part.startsWith('█') || part.startsWith('░')) {
        const opacity = part.startsWith('░') ? ' opacity="0.2"' : '';
        return `<rect class="bar ${classes}" x="${x}" y="4" width="${width}" height="11"${opacity}/>`;
      }
      return `<text class="${classes}" x="${x}" y="14" textLength="${width}" lengthAdjust="spacingAndGlyphs">${escapeXml(part)}</text>`;
    })
    .join('');
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}

/** @param {string} text */
function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
