/**
 * @typedef {object} Theme
 * @property {string} background
 * @property {string} border
 * @property {string} text
 * @property {string} faint
 * @property {readonly string[]} colours             the 16 colours of a terminal
 * @property {Readonly<Record<string, string>>} graph  what takes the place of a colour of `pipeline graph`
 */

/** Both go with GitHub's pages. @type {Readonly<Record<'light' | 'dark', Theme>>} */
export const THEMES = {
  light: {
    background: '#ffffff',
    border: '#d1d9e0',
    text: '#1f2328',
    faint: '#6e7781',
    colours: [
      ...['#24292f', '#cf222e', '#1a7f37', '#9a6700', '#0969da', '#8250df', '#1b7c83', '#6e7781'],
      ...['#57606a', '#a40e26', '#2da44e', '#bf8700', '#218bff', '#a475f9', '#3192aa', '#8c959f'],
    ],
    graph: {},
  },
  dark: {
    background: '#0d1117',
    border: '#3d444d',
    text: '#e6edf3',
    faint: '#8b949e',
    colours: [
      ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
      ...['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#f0f6fc'],
    ],
    graph: {
      white: '#0d1117',
      '#e6f4ea': '#12261a',
      '#fef7e0': '#2e2308',
      '#f1f3f4': '#21262d',
      '#e8f0fe': '#161f30',
      '#fce8e6': '#34191b',
      '#5f6368': '#9da7b1',
    },
  },
};

/**
 * The SVG of `pipeline graph` in the colours of a theme.
 *
 * @param {string} svg
 * @param {Theme} theme
 */
export function recolour(svg, { graph, text }) {
  const replaced = Object.entries(graph).reduce(
    (drawn, [from, to]) => drawn.replaceAll(`"${from}"`, `"${to}"`),
    svg.replace(/^[\s\S]*?(?=<svg)/, ''),
  );
  // Words have no colour of their own there, but for those on edges.
  return replaced.replaceAll(/<text (?![^>]*fill=)/g, `<text fill="${text}" `);
}
