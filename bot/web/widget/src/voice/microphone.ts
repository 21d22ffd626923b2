/** The microphone, open for one utterance and then let go, so that the browser's sign goes out. */

import worklet from 'virtual:capture';
import { Resampler } from './resample';

export interface Microphone {
  readonly stop: () => void;
}

export interface Hearing {
  /** 16-bit samples at the recogniser's rate. */
  readonly onSound: (samples: Int16Array<ArrayBuffer>) => void;
  /** It was unplugged, or forbidden while it was open. */
  readonly onEnded: () => void;
}

/** Whether this browser, on this page, could give us one. */
export function hasMicrophone(): boolean {
  // Pages without encryption have no `mediaDevices`, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  return devices !== undefined && typeof AudioWorkletNode !== 'undefined';
}

/** Asks for the microphone; `assets` is where the widget's files lie. Fails as `getUserMedia` does. */
export async function openMicrophone(assets: string, { onSound, onEnded }: Hearing): Promise<Microphone> {
  const context = new AudioContext(); // at once: later it might not be allowed to run
  let stream: MediaStream | null = null;
  const stop = (): void => {
    stream?.getTracks().forEach((track) => { track.stop(); });
    context.close().catch(() => undefined);
  };
  try {
    const loading = context.audioWorklet.addModule(new URL(worklet, assets).href);
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    await loading;
    const resampler = new Resampler(context.sampleRate);
    const capture = new AudioWorkletNode(context, 'kreislotse-capture', {
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => { onSound(resampler.take(data)); };
    stream.getTracks().forEach((track) => { track.addEventListener('ended', onEnded); });
    context.createMediaStreamSource(stream).connect(capture);
    capture.connect(context.destination); // silent; without a way out some browsers do not run it
    await context.resume();
    return { stop };
  } catch (error) {
    stop();
    throw error;
  }
}
