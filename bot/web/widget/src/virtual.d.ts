/** Modules that the build makes up; see `build/plugins.ts`. */

declare module 'virtual:kern.css?inline' {
  const css: string;
  export default css;
}

declare module 'virtual:kern-icons' {
  /** Path data by icon name, in a view box of `0 -960 960 960`. */
  const paths: Readonly<Record<string, string>>;
  export default paths;
}

declare module 'virtual:kern-fonts' {
  const fonts: readonly { readonly weight: string; readonly file: string }[];
  export default fonts;
}

declare module 'virtual:texts' {
  /** The widget's German words by key. */
  const texts: Readonly<Record<string, string>>;
  export default texts;
}
