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

declare module 'virtual:capture' {
  /** Address of the audio thread's script, relative to the widget's folder. */
  const file: string;
  export default file;
}

/** What an audio thread has, of which TypeScript's library knows nothing. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;
