/** Takes single icons out of KERN's style sheet, where they hide in `mask` images. */

/** The `d` attribute of the icon's one path, in KERN's view box of `0 -960 960 960`. */
export function iconPath(kern: string, name: string): string {
  const rule = new RegExp(`\\.kern-icon--${name} \\{[^}]*?url\\("([^"]+)"\\)`).exec(kern)?.[1];
  const svg = rule === undefined ? '' : decodeURIComponent(rule);
  const path = / d='([^']+)'/.exec(svg)?.[1];
  if (path === undefined || !svg.includes("viewBox='0 -960 960 960'")) {
    throw new Error(`KERN has no icon "${name}" of the usual shape.`);
  }
  return path;
}
