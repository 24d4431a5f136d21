/** The formats that are decoded. */
const EXTENSIONS = ['avif', 'gif', 'jpeg', 'jpg', 'png', 'tif', 'tiff', 'webp'];

/** Whether a file is an image by its name. */
export function isImageName(name: string): boolean {
  return EXTENSIONS.includes(extensionOf(name));
}

/** In lower case, without the dot. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
