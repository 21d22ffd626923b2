/** Vite plugins: KERN for a shadow root, and the German texts as the widget's defaults. */

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { transformWithOxc, type Plugin } from 'vite';
import { parse } from 'yaml';
import { adaptOwn, kernFor } from './kern-css.ts';
import { iconPath } from './kern-icons.ts';

const KERN = dirname(createRequire(import.meta.url).resolve('@kern-ux/native/dist/kern.css'));
const KERN_CSS = 'virtual:kern.css?inline';
const FONTS = { 400: 'FiraSans-Regular.woff2', 600: 'FiraSans-SemiBold.woff2' } as const;

/**
 * `virtual:kern.css` is the part of KERN that the files below `source` use,
 * `virtual:kern-icons` the icons named there as `icon('…')`, `virtual:kern-fonts` its fonts with
 * their addresses relative to the widget's folder.
 */
export function kern(source: string): Plugin {
  const sheet = readFileSync(join(KERN, 'kern.css'), 'utf8');
  // Named like a file of ours, so that Vite treats it as a style sheet wherever it runs.
  const cssId = join(source, 'kern.css?inline');
  let building = false;
  return {
    name: 'kern',
    enforce: 'pre',
    configResolved: ({ command }) => {
      building = command === 'build';
    },
    resolveId: (id) => (id === KERN_CSS ? cssId : id.startsWith('virtual:kern') ? id : null),
    load(id) {
      switch (id) {
        case cssId:
          return kernFor(sheet, sourcesBelow(source));
        case 'virtual:kern-icons':
          return exported(icons(sheet, sourcesBelow(source)));
        case 'virtual:kern-fonts':
          return exported(
            (building ? fonts() : []).map(({ weight, fileName, content }) => {
              this.emitFile({ type: 'asset', fileName, source: content });
              return { weight, file: fileName };
            }),
          );
        default:
          return null;
      }
    },
    transform: (code, id) =>
      id.startsWith(source) && id.endsWith('.css?inline') && id !== cssId ? adaptOwn(code) : null,
  };
}

/**
 * `virtual:capture` is the address of the audio thread's script, relative to the widget's folder: a
 * file of its own, because pages forbid scripts made of `data:` and `blob:`.
 */
export function worklet(file: string): Plugin {
  let building = false;
  return {
    name: 'worklet',
    configResolved: ({ command }) => {
      building = command === 'build';
    },
    resolveId: (id) => (id === 'virtual:capture' ? id : null),
    async load(id) {
      if (id !== 'virtual:capture') {
        return null;
      }
      this.addWatchFile(file);
      if (!building) {
        return exported('');
      }
      const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file, { target: 'es2022' });
      const fileName = `assets/capture-${hashOf(code)}.js`;
      this.emitFile({ type: 'asset', fileName, source: code });
      return exported(fileName);
    },
  };
}

/** `virtual:texts` is a flat YAML file: key to text. */
export function texts(file: string): Plugin {
  return {
    name: 'texts',
    resolveId: (id) => (id === 'virtual:texts' ? id : null),
    load(id) {
      if (id !== 'virtual:texts') {
        return null;
      }
      this.addWatchFile(file);
      return exported(parse(readFileSync(file, 'utf8')));
    },
  };
}

function fonts(): { weight: string; fileName: string; content: Buffer }[] {
  return Object.entries(FONTS).map(([weight, file]) => {
    const content = readFileSync(join(KERN, 'fonts/fira-sans', file));
    return { weight, content, fileName: `assets/fira-sans-${weight}-${hashOf(content)}.woff2` };
  });
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 8);
}

function icons(sheet: string, sources: readonly string[]): Record<string, string> {
  const names = sources.flatMap((text) => [...text.matchAll(/icon\('([a-z-]+)'/g)]);
  return Object.fromEntries(names.map((match) => [match[1] ?? '', iconPath(sheet, match[1] ?? '')]));
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|css)$/.test(name))
    .map((name) => readFileSync(resolve(folder, name), 'utf8'));
}

function exported(value: unknown): string {
  return `export default ${JSON.stringify(value)};`;
}
