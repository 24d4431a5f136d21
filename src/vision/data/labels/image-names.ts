/** The extensions of the formats that can be decoded. */
const EXTENSIONS = ['avif', 'gif', 'jpeg', 'jpg', 'png', 'tif', 'tiff', 'webp'];

/** Returns whether a name has the extension of an image, in any letter case. */
export function isImageName(name: string): boolean {
  return EXTENSIONS.includes(extensionOf(name));
}

/** Returns the extension in lower case, without the dot. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
