/**
 * KERN's typeface. Fonts named inside a shadow root are not found by browsers, so they are added
 * to the page, under a name of our own; a page that forbids them gets its system's typeface.
 */

import fonts from 'virtual:kern-fonts';

export const FONT_FAMILY = 'Kreislotse Fira Sans';

let added = false;

/** Adds the fonts once; each is fetched when the first word in it is drawn. */
export function addFonts(assets: string): void {
  if (added || savesData()) {
    return;
  }
  added = true;
  for (const { weight, file } of fonts) {
    const url = new URL(file, assets).href;
    document.fonts.add(new FontFace(FONT_FAMILY, `url("${url}")`, { weight, display: 'swap' }));
  }
}

function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}
