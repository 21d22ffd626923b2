/** The chat's voice: what is on offer here, speaking, and reading aloud. */

import type { Access, Api } from '../api';
import type { VoiceOffer } from '../model';
import { Aloud } from './aloud';
import { Dictation } from './dictation';
import { hasMicrophone, openMicrophone } from './microphone';
import { Player } from './player';
import { Utterance } from './utterance';

const NOTHING: VoiceOffer = { listen: [], speak: [], utterance_s: 0 };

export interface VoiceParts {
  readonly api: Api;
  /** Where the widget's files lie. */
  readonly assets: string;
  readonly access: () => Access;
  readonly heard: (text: string) => void;
  readonly told: (error: unknown) => string;
  readonly onChange: () => void;
  readonly onGone: () => void;
}

export class Voice {
  readonly dictation: Dictation;
  readonly aloud: Aloud;
  offer: VoiceOffer = NOTHING;

  constructor({ api, assets, access, ...shared }: VoiceParts) {
    this.dictation = new Dictation({
      ...shared,
      open: (hearing) => {
        this.aloud.stop(); // or the microphone would hear it
        return openMicrophone(assets, hearing);
      },
      utter: () => new Utterance(api.base, access()),
      limitMs: () => this.offer.utterance_s * 1000,
    });
    this.aloud = new Aloud({
      ...shared,
      fetch: (seq, signal) => api.speech(access(), seq, signal),
      player: () => new Player(),
    });
  }

  /** Whether one can speak that language here. */
  hears(language: string): boolean {
    return this.offer.listen.includes(language) && hasMicrophone();
  }

  /** Whether messages in that language can be read aloud. */
  speaks(language: string): boolean {
    return this.offer.speak.includes(language);
  }

  /** The panel is closed: nothing goes on unseen. */
  hush(): void {
    this.dictation.hush();
    this.aloud.stop();
  }

  clear(): void {
    this.dictation.clear();
    this.aloud.clear();
  }
}
