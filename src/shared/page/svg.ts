import { parseHTML } from 'linkedom';
import { type ComponentChild, h, type JSX } from 'preact';

/** A node of linkedom, as far as it is read here. */
interface DomNode {
  readonly nodeType: number;
  readonly localName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<DomNode>;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
}

const [ELEMENT, TEXT] = [1, 3];

/**
 * Converts a drawing to a virtual node, so that the page has one way in which text gets into it, which escapes everything.
 * Rules of style and comments are left out: the page has its own rules.
 */
export function svgNode(svg: string, more: Readonly<Record<string, string>> = {}): JSX.Element {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  const root: DomNode | null = document.querySelector('svg') as unknown as DomNode | null;
  if (root === null) throw new Error('this is no drawing');
  return toElement(root, more);
}

function toElement(element: DomNode, more: Readonly<Record<string, string>> = {}): JSX.Element {
  // The drawing as a whole has a label. Its groups cannot have one, since they have no role.
  const attributes = Array.from(element.attributes, ({ name, value }) => [name, value] as const).filter(
    ([name]) => !name.startsWith('aria-'),
  );
  const children = Array.from(element.childNodes).flatMap((child): ComponentChild[] => {
    if (child.nodeType === TEXT) return [child.textContent];
    return child.nodeType === ELEMENT && child.localName !== 'style' ? [toElement(child)] : [];
  });
  // linkedom lists attributes in reverse.
  return h(element.localName, { ...Object.fromEntries(attributes.reverse()), ...more }, ...children);
}
